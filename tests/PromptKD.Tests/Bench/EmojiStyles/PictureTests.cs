using EmojiStyles;
using PromptKD.Demo.Drawing;
using SkiaSharp;

namespace PromptKD.Tests.Bench.EmojiStyles;

public sealed class PictureTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void A_half_transparent_picture_mixes_with_its_background()
    {
        byte[] pixels = new byte[4 * Picture.Size * Picture.Size];
        new byte[] { 100, 0, 0, 128 }.CopyTo(pixels, 0); // colours are times alpha already

        byte[] opaque = new Picture(pixels).On(new global::EmojiStyles.Rgb(200, 100, 0));

        // 127 of 255 parts of the background shine through: 200 · 127 / 255 = 99.6, 100 · 127 / 255 = 49.8.
        Assert.Equal([200, 50, 0], opaque[..3]);
        Assert.Equal([200, 100, 0], opaque[3..6]); // a pixel that is not there
    }

    [Fact]
    public void A_larger_file_is_averaged_down()
    {
        using (var bitmap = new SKBitmap(256, 256, SKColorType.Rgba8888, SKAlphaType.Premul))
        {
            bitmap.Erase(new SKColor(10, 200, 30));
            using SKData data = bitmap.Encode(SKEncodedImageFormat.Webp, quality: 100);
            File.WriteAllBytes(_file, data.ToArray());
        }

        byte[] read = Picture.Read(_file).On(global::EmojiStyles.Rgb.White);

        Assert.Equal(Picture.OpaqueBytes, read.Length);
        Assert.InRange(read[3 * ((32 * 64) + 32)], 7, 13);
        Assert.InRange(read[(3 * ((32 * 64) + 32)) + 1], 197, 203);
    }

    [Fact]
    public void A_file_that_is_no_picture_is_named()
    {
        File.WriteAllText(_file, "no picture");

        Assert.Contains(
            _file, Assert.Throws<PromptKDException>(() => Picture.Read(_file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_varied_picture_keeps_colours_below_alpha_and_depends_on_its_stream_alone()
    {
        byte[] pixels = [.. Enumerable.Range(0, Picture.Size * Picture.Size).SelectMany(
            i => new byte[] { 90, 60, 0, 180 })];

        byte[] first = Augmentation.Vary(new Picture(pixels), 1, SplitMix64.For(1, 2)).Pixels;
        byte[] again = Augmentation.Vary(new Picture(pixels), 1, SplitMix64.For(1, 2)).Pixels;
        byte[] other = Augmentation.Vary(new Picture(pixels), 1, SplitMix64.For(1, 3)).Pixels;

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.All(Enumerable.Range(0, first.Length / 4), i => Assert.True(first[4 * i] <= first[(4 * i) + 3]));
    }
}
