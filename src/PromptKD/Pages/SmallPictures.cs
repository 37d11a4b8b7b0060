using PromptKD.Data.Pictures;
using PromptKD.Drawing;
using SkiaSharp;

namespace PromptKD.Pages;

/// <summary>Makes small copies of pictures, as JPEG files.</summary>
internal static class SmallPictures
{
    /// <summary>Pixels of the longer side: twice of what a page shows, for screens with fine pixels.</summary>
    public const int Side = 192;

    private const int Quality = 72;

    /// <summary>Copies those that can be read.</summary>
    /// <param name="pictures">By the name that the copy gets.</param>
    public static Dictionary<string, SmallPicture> Of(IEnumerable<(string Name, PictureItem Item)> pictures)
    {
        var copies = new Dictionary<string, SmallPicture>();
        foreach ((string name, PictureItem item) in pictures)
        {
            if (TryCopy(item) is { } copy)
            {
                copies[name] = copy;
            }
        }

        return copies;
    }

    // Drawn anew, because the encoder does not take the thumbnail's kind of pixels.
    private static SmallPicture? TryCopy(PictureItem item)
    {
        using SKBitmap? large = PictureThumbnail.Of(item, Side);
        if (large is null)
        {
            return null;
        }

        double scale = Math.Min(1, (double)Side / Math.Max(large.Width, large.Height));
        using var small = new SKBitmap(new SKImageInfo(
            Math.Max(1, (int)Math.Round(large.Width * scale)),
            Math.Max(1, (int)Math.Round(large.Height * scale)),
            SKColorType.Rgba8888,
            SKAlphaType.Opaque));
        using var canvas = new SKCanvas(small);
        using var image = SKImage.FromBitmap(large);
        canvas.DrawImage(
            image,
            new SKRect(0, 0, small.Width, small.Height),
            new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        canvas.Flush();
        using SKData jpeg = small.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return new SmallPicture(small.Width, small.Height, jpeg.ToArray());
    }
}
