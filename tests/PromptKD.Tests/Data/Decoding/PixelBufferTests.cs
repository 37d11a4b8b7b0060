using PromptKD.Data.Decoding;

namespace PromptKD.Tests.Data.Decoding;

public sealed class PixelBufferTests
{
    [Theory]
    [InlineData(3, 2)]
    [InlineData(6000, 5700)] // 137 MB: beyond what is pooled.
    public void Holds_each_byte_until_it_is_disposed_and_none_afterwards(int width, int height)
    {
        PixelBuffer pixels = PixelBuffer.Dense(width, height);
        int size = (width * height * PixelBuffer.PixelBytes) + PixelBuffer.Padding;

        Assert.Equal(size, pixels.Bytes.Length);
        pixels.Bytes[0] = 1;
        pixels.Bytes[^1] = 2;
        Assert.Equal((1, 2), (pixels.Bytes[0], pixels.Bytes[^1]));

        pixels.Dispose();
        pixels.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pixels.Bytes.Length);
        Assert.Equal(width > 5000, size > PixelBuffer.LargestPooled);
    }
}
