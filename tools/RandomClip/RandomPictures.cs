using PromptKD.Runtime;
using SkiaSharp;

namespace RandomClip;

/// <summary>
/// Draws JPEG files of the size that photographs in the papers' datasets often have: a colour gradient under noise, so
/// that they take about as long to decode as photographs do.
/// </summary>
internal static class RandomPictures
{
    /// <summary>Pixels.</summary>
    public const int Width = 500;

    /// <summary>Pixels.</summary>
    public const int Height = 375;

    private const int NoiseLevels = 48; // of 256: about 100 kB a file
    private const int Quality = 90; // percent

    /// <summary>Writes <c>0000.jpg</c>, <c>0001.jpg</c>, ….</summary>
    /// <param name="folder">Made where there is none.</param>
    /// <param name="count">Pictures.</param>
    /// <param name="seed">The same seed gives the same files.</param>
    /// <returns>Their paths.</returns>
    /// <exception cref="PromptKD.PromptKDException">A file cannot be written.</exception>
    public static IReadOnlyList<string> Write(string folder, int count, int seed)
    {
        var random = new Random(seed);
        string[] paths = [.. Enumerable.Range(0, count).Select(number => Path.Combine(folder, $"{number:0000}.jpg"))];
        foreach (string path in paths)
        {
            byte[] file = Draw(random);
            WholeFile.Write(path, stream => stream.Write(file));
        }

        return paths;
    }

    private static byte[] Draw(Random random)
    {
        using var bitmap = new SKBitmap(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        Span<byte> pixels = bitmap.GetPixelSpan();
        random.NextBytes(pixels);
        (int red, int green, int blue) = (random.Next(160), random.Next(160), random.Next(160));
        for (int pixel = 0; pixel < Width * Height; pixel++)
        {
            int across = 48 * (pixel % Width) / Width, down = 48 * (pixel / Width) / Height;
            Span<byte> channels = pixels.Slice(4 * pixel, 4);
            channels[0] = (byte)(red + across + (channels[0] % NoiseLevels));
            channels[1] = (byte)(green + down + (channels[1] % NoiseLevels));
            channels[2] = (byte)(blue + (across + down) / 2 + (channels[2] % NoiseLevels));
            channels[3] = byte.MaxValue;
        }

        using SKData data = bitmap.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return data.ToArray();
    }
}
