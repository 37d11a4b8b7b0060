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
        int wanted = Math.Min(Wanted, items.Count);
        PictureItem[] chosen =
            [.. Enumerable.Range(0, wanted).Select(number => items[(int)((long)number * items.Count / wanted)])];
        ParityPictures pictures = Of(chosen, preprocessing, skipped, out _, NameOf(folder), cancellation);
        return pictures.Windows.Count > 0
            ? pictures
            : throw new PromptKDException($"{folder}: none of {wanted} pictures that were tried can be read.");
    }

    /// <summary>Some pictures. Unreadable ones are left out.</summary>
    /// <param name="items">The pictures.</param>
    /// <param name="preprocessing">How the model wants them.</param>
    /// <param name="skipped">Is told each that cannot be read.</param>
    /// <param name="read">The places of those that could be read.</param>
    /// <param name="source">Where they come from.</param>
    /// <param name="cancellation">Stops between pictures.</param>
    public static ParityPictures Of(
        PictureItem[] items,
        Preprocessing preprocessing,
        Action<SkippedPicture> skipped,
        out IReadOnlyList<int> read,
        string source,
        CancellationToken cancellation)
    {
        var reader = new PictureReader([preprocessing]);
        List<PixelBuffer> windows = [];
        List<int> places = [];
        foreach ((int place, PictureItem item) in items.Index())
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                windows.Add(reader.ReadWindow(item.Bytes));
                places.Add(place);
            }
            catch (Exception error) when (SkippedPicture.ReasonOf(error) is { Length: > 0 } reason)
            {
                skipped(new SkippedPicture(item.Path, reason));
            }
        }

        read = places;
        return new ParityPictures(source, windows);
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

    private static string NameOf(string folder) =>
        Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    private static int[] Colour(RandomStream random) => [random.Below(256), random.Below(256), random.Below(256)];

    private sealed record Shape(double X, double Y, double Radius, bool IsRound, int[] Colour)
    {
        public bool Covers(int x, int y) => IsRound
            ? ((x - X) * (x - X)) + ((y - Y) * (y - Y)) < Radius * Radius
            : Math.Abs(x - X) < Radius && Math.Abs(y - Y) < Radius / 2;
    }
}
