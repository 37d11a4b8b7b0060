using SkiaSharp;

namespace PromptKD.Demo.Drawing;

/// <summary>Turns painted pictures into PNG files.</summary>
public static class PngFile
{
    /// <summary>Encodes a picture, without loss.</summary>
    /// <param name="picture">Red, green and blue of each pixel, row by row, as the painter gives them.</param>
    /// <exception cref="ArgumentException">The picture has another size.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> picture)
    {
        using SKBitmap bitmap = ToBitmap(picture);
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        return data.ToArray();
    }

    /// <summary>The picture as Skia draws it; the caller disposes it.</summary>
    internal static SKBitmap ToBitmap(ReadOnlySpan<byte> picture)
    {
        if (picture.Length != ScenePainter.Bytes)
        {
            throw new ArgumentException(
                $"A picture has {ScenePainter.Bytes} bytes, not {picture.Length}.", nameof(picture));
        }

        var bitmap = new SKBitmap(ScenePainter.Size, ScenePainter.Size, SKColorType.Rgba8888, SKAlphaType.Opaque);
        Span<byte> pixels = bitmap.GetPixelSpan();
        for (int pixel = 0; pixel < ScenePainter.Size * ScenePainter.Size; pixel++)
        {
            picture.Slice(3 * pixel, 3).CopyTo(pixels[(4 * pixel)..]);
            pixels[(4 * pixel) + 3] = byte.MaxValue;
        }

        return bitmap;
    }
}
