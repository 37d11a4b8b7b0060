using PromptKD.Data.Decoding;
using PromptKD.Data.Pictures;
using SkiaSharp;

namespace PromptKD.Drawing;

/// <summary>Makes small pictures of pictures, of every kind that is read, for people to look at.</summary>
internal static class PictureThumbnail
{
    /// <summary>Decodes a picture, upright, and makes it small.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="side">Pixels of its shorter side at least, where it has so many.</param>
    /// <returns>Null where it cannot be read.</returns>
    public static SKBitmap? Of(PictureItem picture, int side)
    {
        try
        {
            return picture.Bytes.Use(file => Of(file, side));
        }
        catch (Exception error) when (SkippedPicture.ReasonOf(error) is not null)
        {
            return null;
        }
    }

    private static SKBitmap Of(ReadOnlySpan<byte> file, int side)
    {
        using PictureDecoder decoder = PictureDecoder.Open(file, DecodingRules.ForPeople);
        double scale = Math.Min(1, (double)side / Math.Min(decoder.Width, decoder.Height));
        (int width, int height) = decoder.ReducedSize(scale);
        using PixelBuffer pixels = decoder.Decode(width, height);
        var bitmap = new SKBitmap(
            new SKImageInfo(pixels.Width, pixels.Height, SKColorType.Rgb888x, SKAlphaType.Opaque));
        Span<byte> target = bitmap.GetPixelSpan();
        int row = pixels.Width * PixelBuffer.PixelBytes;
        for (int y = 0; y < pixels.Height; y++)
        {
            pixels.Bytes.Slice(y * pixels.RowBytes, row).CopyTo(target[(y * bitmap.RowBytes)..]);
        }

        return bitmap;
    }
}
