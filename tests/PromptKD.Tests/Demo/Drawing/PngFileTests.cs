using PromptKD.Demo;
using PromptKD.Demo.Drawing;
using SkiaSharp;

namespace PromptKD.Tests.Demo.Drawing;

public sealed class PngFileTests
{
    [Fact]
    public void Keeps_every_pixel()
    {
        byte[] picture = ScenePainter.Paint(Scene.Sample(PictureDomain.Night, DemoClass.All[7], seed: 1, number: 1));

        using var bitmap = SKBitmap.Decode(PngFile.Encode(picture));

        byte[] decoded = [.. bitmap.Pixels.SelectMany(pixel => new[] { pixel.Red, pixel.Green, pixel.Blue })];
        Assert.Equal(picture, decoded);
    }

    [Fact]
    public void Refuses_a_picture_of_another_size() =>
        Assert.Throws<ArgumentException>(() => PngFile.Encode(new byte[12]));
}
