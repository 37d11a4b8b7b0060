using PromptKD.Data.Decoding;
using PromptKD.Data.Pictures;

namespace PromptKD.Export.Onnx;

/// <summary>The pictures on which two programs are compared, framed and resized, but not normalised.</summary>
/// <param name="source">Where they come from, for the report.</param>
/// <param name="windows">Squares of pixels; taken over.</param>
internal sealed class ParityPictures(string source, IReadOnlyList<PixelBuffer> windows) : IDisposable
{
    /// <summary>How many are compared.</summary>
    public const int Wanted = 64;

    private const int ShapesOfPicture = 6;
    private const int MostNoise = 24;

    /// <summary>Where they come from: "drawn", or a folder's name.</summary>
    public string Source => source;

    /// <summary>Squares of pixels.</summary>
    public IReadOnlyList<PixelBuffer> Windows => windows;

    /// <summary>Pictures of a folder, spread evenly over its list. Unreadable ones are left out.</summary>
    /// <param name="folder">A folder of pictures, or shards.</param>
    /// <param name="preprocessing">How the model wants them.</param>
    /// <param name="skipped">Is told each that cannot be read.</param>
    /// <param name="cancellation">Stops between pictures.</param>
    /// <exception cref="PromptKDException">There is no such folder, or none of its pictures can be read.</exception>
    public static ParityPictures Of(
        string folder, Preprocessing preprocessing, Action<SkippedPicture> skipped, CancellationToken cancellation)
    {
        IReadOnlyList<PictureItem> items = PictureFolder.Unlabelled(folder, cancellation).Items;
        var reader = new PictureReader([preprocessing]);
        List<PixelBuffer> windows = [];
        for (int number = 0; number < Math.Min(Wanted, items.Count); number++)
        {
            cancellation.ThrowIfCancellationRequested();
            PictureItem item = items[(int)((long)number * items.Count / Math.Min(Wanted, items.Count))];
            try
            {
                windows.Add(reader.ReadWindow(item.Bytes));
            }
            catch (Exception error) when (SkippedPicture.ReasonOf(error) is { Length: > 0 } reason)
            {
                skipped(new SkippedPicture(item.Path, reason));
            }
        }

        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        return windows.Count > 0
            ? new ParityPictures(name, windows)
            : throw new PromptKDException($"{folder}: none of {items.Count} pictures that were tried can be read.");
    }

    /// <summary>Coloured discs and boxes on a slope of two colours, with noise: the same on every machine.</summary>
    /// <param name="size">Pixels along each side.</param>
    /// <param name="count">How many.</param>
    public static ParityPictures Drawn(int size, int count = Wanted) =>
        new("drawn", [.. Enumerable.Range(0, count).Select(number => Draw(size, number))]);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PixelBuffer window in windows)
        {
            window.Dispose();
        }
    }

    private static PixelBuffer Draw(int size, int number)
    {
        var random = new RandomStream(seed: 0, RandomPurpose.Picture, number, 0);
        int[][] slope = [Colour(random), Colour(random)];
        Shape[] shapes = [.. Enumerable.Range(0, ShapesOfPicture).Select(_ => new Shape(
            random.Uniform(0, size), random.Uniform(0, size), random.Uniform(1, size / 2.0), random.Below(2) == 0,
            Colour(random)))];
        PixelBuffer window = PixelBuffer.Dense(size, size);
        for (int place = 0; place < size * size; place++)
        {
            (int row, int column) = Math.DivRem(place, size);
            int[]? covering = shapes.LastOrDefault(shape => shape.Covers(column, row))?.Colour;
            for (int channel = 0; channel < 3; channel++)
            {
                int level = covering?[channel]
                    ?? (((slope[0][channel] * (size - row)) + (slope[1][channel] * row)) / size);
                level += random.Below((2 * MostNoise) + 1) - MostNoise;
                window.Bytes[(place * PixelBuffer.PixelBytes) + channel] = (byte)Math.Clamp(level, 0, 255);
            }
        }

        return window;
    }

    private static int[] Colour(RandomStream random) => [random.Below(256), random.Below(256), random.Below(256)];

    private sealed record Shape(double X, double Y, double Radius, bool IsRound, int[] Colour)
    {
        public bool Covers(int x, int y) => IsRound
            ? ((x - X) * (x - X)) + ((y - Y) * (y - Y)) < Radius * Radius
            : Math.Abs(x - X) < Radius && Math.Abs(y - Y) < Radius / 2;
    }
}
