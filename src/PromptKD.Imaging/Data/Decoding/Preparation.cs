namespace PromptKD.Data.Decoding;

/// <summary>
/// One preprocessing, ready to be applied: from decoded pixels to the numbers that a model sees. Holds no state of a
/// picture, so that threads may share it.
/// </summary>
internal sealed class Preparation(Preprocessing preprocessing)
{
    private const int Levels = 256;

    private readonly float[] _red = Normalised(preprocessing.Mean.Red, preprocessing.Std.Red);
    private readonly float[] _green = Normalised(preprocessing.Mean.Green, preprocessing.Std.Green);
    private readonly float[] _blue = Normalised(preprocessing.Mean.Blue, preprocessing.Std.Blue);

    /// <summary>What to see of a picture.</summary>
    /// <param name="view">A box of it; null for the picture as the preprocessing frames it.</param>
    /// <param name="width">Width of the picture, in pixels.</param>
    /// <param name="height">Height of the picture, in pixels.</param>
    public Framing Frame(View? view, int width, int height) =>
        view is { } box ? Framing.Of(box, preprocessing.Size) : Framing.Of(preprocessing, width, height);

    /// <summary>Resizes what the framing asks for, and normalises it.</summary>
    /// <param name="pixels">The picture.</param>
    /// <param name="framing">What to see of it; made by <see cref="Frame"/>, and scaled as the picture was.</param>
    /// <param name="target">Receives [3, size, size] normalised floats, row by row.</param>
    /// <exception cref="InvalidDataException">The picture is too elongated to be resized.</exception>
    public void Write(PixelBuffer pixels, Framing framing, Span<float> target)
    {
        using PixelBuffer window = Resize(pixels, framing);
        Normalise(window, framing.Flip, target);
    }

    /// <summary>Resizes what the framing asks for; neither mirrored nor normalised.</summary>
    /// <param name="pixels">The picture.</param>
    /// <param name="framing">As in <see cref="Write"/>.</param>
    /// <returns>A square of pixels.</returns>
    /// <exception cref="InvalidDataException">The picture is too elongated to be resized.</exception>
    public PixelBuffer Resize(PixelBuffer pixels, Framing framing)
    {
        PixelBuffer seen = Resampler.Resize(pixels, framing, preprocessing.Interpolation);
        if (seen.Width == framing.Size && seen.Height == framing.Size)
        {
            return seen;
        }

        using (seen)
        {
            return Padded(seen, framing);
        }
    }

    // Puts a border around what is smaller than a window.
    private PixelBuffer Padded(PixelBuffer seen, Framing framing)
    {
        var window = PixelBuffer.Aligned(framing.Size, framing.Size);
        bool isMean = preprocessing.ResizeMode == ResizeMode.Border;
        Span<byte> fill = [0, 0, 0, byte.MaxValue];
        if (isMean)
        {
            (fill[0], fill[1], fill[2]) = (
                Level(preprocessing.Mean.Red), Level(preprocessing.Mean.Green), Level(preprocessing.Mean.Blue));
        }

        for (int place = 0; place < window.Bytes.Length; place++)
        {
            window.Bytes[place] = fill[place % PixelBuffer.PixelBytes];
        }

        int left = (int)Math.Max(-framing.WindowLeft, 0);
        int top = (int)Math.Max(-framing.WindowTop, 0);
        for (int row = 0; row < seen.Height; row++)
        {
            seen.Bytes.Slice(row * seen.RowBytes, seen.Width * PixelBuffer.PixelBytes).CopyTo(
                window.Bytes[(((top + row) * window.RowBytes) + (left * PixelBuffer.PixelBytes))..]);
        }

        return window;

        static byte Level(float mean) => (byte)Math.Clamp(
            Math.Round(255 * (double)mean, MidpointRounding.ToEven), 0, 255);
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

    /// <summary>What each of the 256 levels becomes, in the order of operations of torchvision, in float32.</summary>
    private static float[] Normalised(float mean, float std) =>
        [.. Enumerable.Range(0, Levels).Select(level => ((level / 255f) - mean) / std)];
}
