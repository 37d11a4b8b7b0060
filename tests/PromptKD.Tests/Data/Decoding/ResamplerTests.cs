using PromptKD.Data.Decoding;

namespace PromptKD.Tests.Data.Decoding;

public sealed class ResamplerTests
{
    [Fact]
    public void Enlarges_two_pixels_with_the_cubic_kernel()
    {
        // Worked by hand. Output 0 lies at 1/4: kernel(1/4) = 0.8671875, kernel(5/4) = −0.0703125, so that
        // (100 · 0.8671875 − 200 · 0.0703125) / 0.796875 = 91.18; output 1 lies at 3/4 and gives 120.71.
        Assert.Equal([91, 121, 179, 209], ResizeRow([100, 200], 4, Interpolation.Bicubic));
    }

    [Fact]
    public void Clips_where_the_cubic_kernel_overshoots()
    {
        // By the weights above: (0 − 255 · 0.0703125) / 0.796875 < 0, and 255 + that much above at the other end.
        byte[] row = ResizeRow([0, 255], 4, Interpolation.Bicubic);

        Assert.Equal(0, row[0]);
        Assert.Equal(255, row[3]);
    }

    [Fact]
    public void Shrinks_four_pixels_with_a_stretched_triangle()
    {
        // Worked by hand: (0 · 3/4 + 10 · 3/4 + 20 · 1/4) / (7/4) = 7.14, and (10/4 + 15 + 191.25) / (7/4) = 119.29.
        Assert.Equal([7, 119], ResizeRow([0, 10, 20, 255], 2, Interpolation.Bilinear));
    }

    [Theory]
    [InlineData(Interpolation.Bicubic)]
    [InlineData(Interpolation.Bilinear)]
    public void Keeps_a_picture_that_has_the_size_asked_for(Interpolation interpolation)
    {
        byte[] levels = [3, 1, 4, 1, 5, 92, 65, 35, 89];

        Assert.Equal(levels, ResizeRow(levels, levels.Length, interpolation));
    }

    [Fact]
    public void Resizes_columns_like_rows()
    {
        using PixelBuffer source = Grey(1, 2, [100, 200]);

        using PixelBuffer result = Resampler.Resize(
            source, new Framing(0, 0, 1, 2, 4, 4, 0, 0, 4, Flip: false), Interpolation.Bicubic);

        Assert.Equal([91, 121, 179, 209], Enumerable.Range(0, 4).Select(y => result.Bytes[y * result.RowBytes]));
    }

    [Fact]
    public void Does_not_look_outside_the_crop()
    {
        using PixelBuffer source = Grey(4, 1, [255, 100, 200, 255]);

        using PixelBuffer result = Resampler.Resize(
            source, new Framing(1, 0, 2, 1, 4, 4, 0, 0, 4, Flip: false), Interpolation.Bicubic);

        Assert.Equal([91, 121, 179, 209], RowOf(result));
    }

    [Fact]
    public void Gives_a_window_the_pixels_of_the_whole()
    {
        byte[] levels = [.. Enumerable.Range(0, 300).Select(x => (byte)(x * x))];
        byte[] whole = ResizeRow(levels, 97, Interpolation.Bicubic);
        using PixelBuffer source = Grey(300, 1, levels);

        using PixelBuffer window = Resampler.Resize(
            source, new Framing(0, 0, 300, 1, 97, 97, 40, 40, 16, Flip: false), Interpolation.Bicubic);

        Assert.Equal(whole[40..56], RowOf(window));
    }

    [Fact]
    public void Resizes_a_strip_so_long_that_only_its_window_fits_in_memory()
    {
        byte[] levels = [.. Enumerable.Range(0, 200_000).Select(x => (byte)(x < 100_000 ? 10 : 20))];
        using PixelBuffer source = Grey(200_000, 1, levels);

        using PixelBuffer result = Resampler.Resize(
            source, Framing.Centre(200_000, 1, 224), Interpolation.Bicubic);

        Assert.Equal(10, RowOf(result)[0]);
        Assert.Equal(20, RowOf(result)[223]);
    }

    private static byte[] ResizeRow(byte[] levels, int size, Interpolation interpolation)
    {
        using PixelBuffer source = Grey(levels.Length, 1, levels);
        using PixelBuffer result = Resampler.Resize(
            source, new Framing(0, 0, levels.Length, 1, size, size, 0, 0, size, Flip: false), interpolation);
        return RowOf(result);
    }

    private static PixelBuffer Grey(int width, int height, byte[] levels)
    {
        var pixels = PixelBuffer.Dense(width, height);
        pixels.Bytes.Fill(0xAA);
        for (int index = 0; index < levels.Length; index++)
        {
            pixels.Bytes.Slice(index * PixelBuffer.PixelBytes, PixelBuffer.PixelBytes).Fill(levels[index]);
        }

        return pixels;
    }

    /// <summary>The red levels of the first row.</summary>
    private static byte[] RowOf(PixelBuffer pixels) =>
        [.. Enumerable.Range(0, pixels.Width).Select(x => pixels.Bytes[x * PixelBuffer.PixelBytes])];
}
