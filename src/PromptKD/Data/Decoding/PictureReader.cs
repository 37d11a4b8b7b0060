using PromptKD.Data.Pictures;

namespace PromptKD.Data.Decoding;

/// <summary>
/// From a file to the numbers a model sees: decode, resize what the framing asks for, normalise. Holds no state of a
/// picture, so that threads may share it.
/// </summary>
internal sealed class PictureReader(Preprocessing preprocessing)
{
    private const int Levels = 256;

    private readonly float[] _red = Normalised(preprocessing.Mean.Red, preprocessing.Std.Red);
    private readonly float[] _green = Normalised(preprocessing.Mean.Green, preprocessing.Std.Green);
    private readonly float[] _blue = Normalised(preprocessing.Mean.Blue, preprocessing.Std.Blue);

    /// <summary>Most pixels (width × height) of a picture; others are refused before they are decoded.</summary>
    public long MaxPixels { get; init; } = PictureDecoder.DefaultMaxPixels;

    /// <summary>
    /// Whether JPEG files may be decoded at a fraction of their size, if what is left is at least twice as large as
    /// what is wanted: several times faster on large files, and off by fractions of a level.
    /// </summary>
    public bool ReducedJpegScale { get; init; }

    /// <summary>Floats of one picture.</summary>
    public int Length => 3 * preprocessing.Size * preprocessing.Size;

    /// <summary>Reads a picture.</summary>
    /// <param name="bytes">Where it lies.</param>
    /// <param name="framing">What to see of a picture of a given width and height, in pixels.</param>
    /// <param name="target">Receives [3, size, size] normalised floats, row by row.</param>
    /// <exception cref="InvalidDataException">The file is damaged, too large, or no picture. Says why, not where.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public void Read(IPictureBytes bytes, Func<int, int, Framing> framing, Span<float> target)
    {
        using PictureDecoder decoder = bytes.Use(file => PictureDecoder.Open(file, MaxPixels));
        Framing wanted = framing(decoder.Width, decoder.Height);
        using PixelBuffer pixels = ReducedJpegScale ? DecodeReduced(decoder, ref wanted) : decoder.Decode();
        using PixelBuffer window = Resampler.Resize(pixels, wanted, preprocessing.Interpolation);
        Normalise(window, wanted.Flip, target);
    }

    /// <summary>Writes the normalised channels of a square of pixels.</summary>
    /// <param name="window">The square.</param>
    /// <param name="flip">Whether to mirror it, left to right.</param>
    /// <param name="target">Receives [3, size, size] floats.</param>
    public void Normalise(PixelBuffer window, bool flip, Span<float> target)
    {
        int plane = window.Width * window.Height;
        for (int row = 0; row < window.Height; row++)
        {
            ReadOnlySpan<byte> pixels = window.Bytes.Slice(row * window.RowBytes, window.RowBytes);
            Span<float> red = target.Slice(row * window.Width, window.Width);
            Span<float> green = target.Slice(plane + (row * window.Width), window.Width);
            Span<float> blue = target.Slice((2 * plane) + (row * window.Width), window.Width);
            for (int column = 0; column < red.Length; column++)
            {
                int offset = column * PixelBuffer.PixelBytes;
                red[column] = _red[pixels[offset]];
                green[column] = _green[pixels[offset + 1]];
                blue[column] = _blue[pixels[offset + 2]];
            }

            if (flip)
            {
                red.Reverse();
                green.Reverse();
                blue.Reverse();
            }
        }
    }

    private static PixelBuffer DecodeReduced(PictureDecoder decoder, ref Framing wanted)
    {
        // Half of the decoded detail is then still thrown away by our own, exact resampler.
        const double Margin = 2;
        double scale = Margin * Math.Max(wanted.ResizedWidth / wanted.Width, wanted.ResizedHeight / wanted.Height);
        (int width, int height) = decoder.ReducedSize(scale);
        wanted = wanted.Scaled((double)width / decoder.Width, (double)height / decoder.Height);
        return decoder.Decode(width, height);
    }

    /// <summary>What each of the 256 levels becomes, in the order of operations of torchvision, in float32.</summary>
    private static float[] Normalised(float mean, float std) =>
        [.. Enumerable.Range(0, Levels).Select(level => ((level / 255f) - mean) / std)];
}
