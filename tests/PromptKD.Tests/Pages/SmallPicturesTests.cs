using PromptKD.Data.Pictures;
using PromptKD.Pages;
using PromptKD.Tests.Data;
using SkiaSharp;

namespace PromptKD.Tests.Pages;

public sealed class SmallPicturesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("promptkd-small-");

    [Theory]
    [InlineData(1000, 500, 192, 96)]
    [InlineData(30, 60, 30, 60)]
    [InlineData(4000, 3, 192, 1)]
    public void A_copy_is_never_larger_than_it_must_be(int width, int height, int smallWidth, int smallHeight)
    {
        string path = Path.Combine(_folder.FullName, "a.png");
        using (var bitmap = new SKBitmap(width, height))
        {
            bitmap.Erase(new SKColor(200, 30, 60));
            using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(path, png.ToArray());
        }

        SmallPicture small = SmallPictures.Of([("a", new PictureItem(path))])["a"];

        Assert.Equal((smallWidth, smallHeight), (small.Width, small.Height));
        using SKBitmap copy = SKBitmap.Decode(small.Jpeg);
        Assert.Equal((smallWidth, smallHeight), (copy.Width, copy.Height));
        SKColor middle = copy.GetPixel(smallWidth / 2, smallHeight / 2);
        Assert.InRange(middle.Red, 192, 208);
        Assert.InRange(middle.Blue, 52, 68);
    }

    [Fact]
    public void A_copy_of_16_bit_grey_is_no_white_one()
    {
        string path = Path.Combine(_folder.FullName, "a.png");
        File.WriteAllBytes(path, TestPictures.Grey16(32, 32, (_, _) => 0x8000));

        using SKBitmap copy = SKBitmap.Decode(SmallPictures.Of([("a", new PictureItem(path))])["a"].Jpeg);

        Assert.InRange(copy.GetPixel(16, 16).Green, 126, 130);
    }

    [Fact]
    public void What_cannot_be_read_has_no_copy()
    {
        string path = Path.Combine(_folder.FullName, "a.png");
        File.WriteAllText(path, "no picture");

        Assert.Empty(SmallPictures.Of([("a", new PictureItem(path)), ("b", new PictureItem(path + ".gone"))]));
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
