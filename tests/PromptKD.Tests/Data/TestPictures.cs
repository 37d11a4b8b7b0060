using System.Buffers.Binary;
using SkiaSharp;

namespace PromptKD.Tests.Data;

/// <summary>Makes picture files whose pixels a test can name.</summary>
internal static class TestPictures
{
    /// <summary>The pixels of a PNG file, colour by colour: what a test draws is what a decoder must find.</summary>
    public static byte[] Png(int width, int height, Func<int, int, SKColor> colour) =>
        Encode(width, height, colour, SKEncodedImageFormat.Png);

    /// <summary>A PNG file whose header claims more pixels than it has.</summary>
    public static byte[] Claiming(int width, int height)
    {
        byte[] bytes = Gradient(8, 8);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(20), height);
        return bytes;
    }

    /// <summary>A picture file of any format; JPEG changes the pixels a little.</summary>
    public static byte[] Encode(
        int width, int height, Func<int, int, SKColor> colour, SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                bitmap.SetPixel(x, y, colour(x, y));
            }
        }

        using SKData data = bitmap.Encode(format, quality: 100);
        return data.ToArray();
    }

    /// <summary>
    /// A JPEG file with an Exif segment behind its first two bytes that says orientation 6 (Exif 2.3, sections 4.5.4
    /// and 4.6.2).
    /// </summary>
    public static byte[] Turned(byte[] jpeg)
    {
        byte[] exif =
        [
            0xFF, 0xE1, 0, 34, (byte)'E', (byte)'x', (byte)'i', (byte)'f', 0, 0,
            (byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0,
        ];
        return [.. jpeg[..2], .. exif, .. jpeg[2..]];
    }

    /// <summary>A PNG file of one grey level.</summary>
    public static byte[] Grey(byte level, int width = 8, int height = 8) =>
        Png(width, height, (_, _) => new SKColor(level, level, level));

    /// <summary>A PNG file in which no two views look alike.</summary>
    public static byte[] Gradient(int width, int height) =>
        Png(width, height, (x, y) => new SKColor((byte)(7 * x), (byte)(11 * y), (byte)(5 * x * y)));
}
