using PromptKD;
using SkiaSharp;

namespace EmojiStyles;

/// <summary>A picture of 64 × 64 pixels with an alpha channel.</summary>
/// <param name="Pixels">Red, green, blue, each times alpha, and alpha, row by row.</param>
internal sealed record Picture(byte[] Pixels)
{
    /// <summary>Height and width, pixels.</summary>
    public const int Size = 64;

    /// <summary>Bytes of a picture without alpha.</summary>
    public const int OpaqueBytes = 3 * Size * Size;

    /// <summary>Reads a file; a larger one is averaged down.</summary>
    /// <exception cref="PromptKDException">It is no picture.</exception>
    public static Picture Read(string file)
    {
        using SKBitmap decoded = SKBitmap.Decode(file)
            ?? throw new PromptKDException($"'{file}' is no picture that can be read. Fetch its package again.");
        using var canvasBitmap = new SKBitmap(Size, Size, SKColorType.Rgba8888, SKAlphaType.Premul);
        using (var canvas = new SKCanvas(canvasBitmap))
        using (var image = SKImage.FromBitmap(decoded))
        {
            canvas.Clear(SKColors.Transparent);
            var filter = new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear);
            canvas.DrawImage(image, SKRect.Create(Size, Size), filter);
        }

        return new Picture(canvasBitmap.GetPixelSpan().ToArray());
    }

    /// <summary>Lays it on one colour.</summary>
    /// <returns>Red, green and blue of each pixel, row by row.</returns>
    public byte[] On(Rgb background)
    {
        byte[] opaque = new byte[OpaqueBytes];
        for (int pixel = 0; pixel < Size * Size; pixel++)
        {
            int through = byte.MaxValue - Pixels[(4 * pixel) + 3];
            opaque[3 * pixel] = Add(Pixels[4 * pixel], background.Red, through);
            opaque[(3 * pixel) + 1] = Add(Pixels[(4 * pixel) + 1], background.Green, through);
            opaque[(3 * pixel) + 2] = Add(Pixels[(4 * pixel) + 2], background.Blue, through);
        }

        return opaque;

        static byte Add(byte front, byte back, int through) =>
            (byte)Math.Min(byte.MaxValue, front + (((back * through) + 127) / byte.MaxValue));
    }

    /// <summary>A PNG of a picture without alpha.</summary>
    public static byte[] ToPng(byte[] opaque)
    {
        using var bitmap = new SKBitmap(Size, Size, SKColorType.Rgba8888, SKAlphaType.Opaque);
        Span<byte> pixels = bitmap.GetPixelSpan();
        for (int pixel = 0; pixel < Size * Size; pixel++)
        {
            opaque.AsSpan(3 * pixel, 3).CopyTo(pixels[(4 * pixel)..]);
            pixels[(4 * pixel) + 3] = byte.MaxValue;
        }

        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        return data.ToArray();
    }
}
