using PromptKD.Data.Decoding;

namespace PromptKD.Inference;

/// <summary>Pixels that somebody else has decoded.</summary>
/// <param name="pixels">At least the bytes of all rows.</param>
/// <param name="width">Pixels in a row.</param>
/// <param name="height">Rows.</param>
/// <param name="layout">What the channels are.</param>
/// <param name="rowBytes">Bytes from one row to the next.</param>
internal sealed class DecodedPicture(
    ReadOnlyMemory<byte> pixels, int width, int height, PixelLayout layout, long rowBytes) : PictureInput
{
    /// <summary>Pixels of the picture.</summary>
    public long Pixels => (long)width * height;

    /// <summary>Bytes of one pixel.</summary>
    public static int ChannelsOf(PixelLayout layout) => layout switch
    {
        PixelLayout.Rgb or PixelLayout.Bgr => 3,
        PixelLayout.Rgba or PixelLayout.Bgra => 4,
        PixelLayout.Grey => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(layout), layout, "There is no such layout."),
    };

    /// <summary>The same pixels as the resampler takes them.</summary>
    /// <exception cref="InvalidDataException">They need more bytes than one array holds.</exception>
    public PixelBuffer ToBuffer()
    {
        int channels = ChannelsOf(layout);
        (int red, int green, int blue) = layout switch
        {
            PixelLayout.Grey => (0, 0, 0),
            PixelLayout.Bgr or PixelLayout.Bgra => (2, 1, 0),
            _ => (0, 1, 2),
        };
        var buffer = PixelBuffer.Dense(width, height);
        for (int row = 0; row < height; row++)
        {
            ReadOnlySpan<byte> source = pixels.Span.Slice((int)(row * rowBytes), width * channels);
            Span<byte> target = buffer.Bytes.Slice(row * buffer.RowBytes, buffer.RowBytes);
            for (int column = 0; column < width; column++)
            {
                ReadOnlySpan<byte> one = source.Slice(column * channels, channels);
                Span<byte> place = target.Slice(column * PixelBuffer.PixelBytes, PixelBuffer.PixelBytes);
                place[0] = one[red];
                place[1] = one[green];
                place[2] = one[blue];
                place[3] = byte.MaxValue;
            }
        }

        return buffer;
    }
}
