using PromptKD.Demo;
using PromptKD.Demo.Drawing;

namespace PromptKD.Tests.Demo.Drawing;

public sealed class ScenePainterTests
{
    private static readonly Rgb s_white = new(1, 1, 1);
    private static readonly Rgb s_black = new(0, 0, 0);

    [Fact]
    public void A_circle_has_its_paint_in_the_middle_and_the_ground_in_the_corners()
    {
        byte[] picture = ScenePainter.Paint(MakeScene(DemoShape.Circle) with
        {
            Paint = Rgb.FromBytes(220, 40, 40),
            Ground = Rgb.FromBytes(190, 215, 235),
        });

        Assert.Equal([220, 40, 40], PixelAt(picture, row: 16, column: 16));
        Assert.Equal([190, 215, 235], PixelAt(picture, row: 0, column: 31));
    }

    [Fact]
    public void A_ring_shows_the_ground_in_the_middle()
    {
        byte[] picture = ScenePainter.Paint(MakeScene(DemoShape.Ring));

        Assert.Equal([0, 0, 0], PixelAt(picture, row: 16, column: 16));
    }

    [Fact]
    public void A_square_covers_its_area()
    {
        byte[] picture = ScenePainter.Paint(MakeScene(DemoShape.Square) with { Scale = 0.5f });

        // Half a side is 0.8 · 0.5 of 16 pixels: the area is 12.8² pixels. Its soft corners weigh a little less.
        double area = picture.Where((_, index) => index % 3 == 0).Sum(value => value / 255.0);
        Assert.Equal(12.8 * 12.8, area, tolerance: 0.5);
    }

    [Fact]
    public void A_moon_turned_by_a_quarter_opens_downwards()
    {
        Scene moon = MakeScene(DemoShape.Moon) with { Scale = 0.8f };

        byte[] upright = ScenePainter.Paint(moon);
        byte[] turned = ScenePainter.Paint(moon with { Rotation = float.Pi / 2 });

        // 10 pixels from the middle: inside the crescent on one side, inside its opening on the other.
        Assert.Equal([255, 255, 255], PixelAt(upright, row: 16, column: 6));
        Assert.Equal([0, 0, 0], PixelAt(upright, row: 16, column: 26));
        Assert.Equal([255, 255, 255], PixelAt(turned, row: 6, column: 16));
        Assert.Equal([0, 0, 0], PixelAt(turned, row: 26, column: 16));
    }

    [Fact]
    public void A_shift_moves_the_shape_to_the_right_and_down()
    {
        Scene scene = MakeScene(DemoShape.Circle) with { Scale = 0.2f, CentreX = 0.5f, CentreY = 0.25f };

        byte[] picture = ScenePainter.Paint(scene);

        Assert.Equal([255, 255, 255], PixelAt(picture, row: 20, column: 24));
        Assert.Equal([0, 0, 0], PixelAt(picture, row: 16, column: 16));
    }

    [Fact]
    public void Brightness_dims_paint_and_ground_alike()
    {
        byte[] picture = ScenePainter.Paint(MakeScene(DemoShape.Circle) with
        {
            Paint = Rgb.FromBytes(200, 100, 40),
            Ground = Rgb.FromBytes(20, 60, 240),
            Brightness = 0.5f,
        });

        Assert.Equal([100, 50, 20], PixelAt(picture, row: 16, column: 16));
        Assert.Equal([10, 30, 120], PixelAt(picture, row: 0, column: 0));
    }

    [Fact]
    public void Texture_lightens_the_ground_by_its_waves()
    {
        var wave = new TextureWave(Frequency: 4, Angle: 0, Phase: 0);
        Scene scene = MakeScene(DemoShape.Circle) with
        {
            Scale = 0.1f,
            CentreX = -3,
            Ground = new Rgb(0.5f, 0.5f, 0.5f),
            Texture = 0.2f,
            FirstWave = wave,
            SecondWave = wave,
        };

        byte[] picture = ScenePainter.Paint(scene);

        // The samples of column 24 lie at (48.5 / 32) - 1 and (49.5 / 32) - 1. Two equal waves add up to 0.2 · sine.
        double light = 0.2 * (Math.Sin(4 * ((48.5 / 32) - 1)) + Math.Sin(4 * ((49.5 / 32) - 1))) / 2;
        byte expected = (byte)Math.Round(255 * (0.5 + light));
        Assert.All(Enumerable.Range(0, 32), row => Assert.Equal(expected, PixelAt(picture, row, column: 24)[1]));
    }

    [Fact]
    public void Blur_spreads_an_edge_by_the_gaussian_weights()
    {
        // Half a side is 0.8 · 1.25 of 16 pixels; shifted by as much, the square begins at column 16.
        Scene halves = MakeScene(DemoShape.Square) with { Scale = 1.25f, CentreX = 1, BlurDeviation = 0.5f };

        byte[] picture = ScenePainter.Paint(halves);

        // Column 15 sees the white with its weights at +1 and +2, exp(-k² / (2 · 0.25)).
        double near = Math.Exp(-2), far = Math.Exp(-8), total = 1 + (2 * near) + (2 * far);
        Assert.Equal(255 * (near + far) / total, PixelAt(picture, row: 16, column: 15)[0], tolerance: 1.0);
        Assert.Equal(0, PixelAt(picture, row: 16, column: 12)[0]);
        Assert.Equal(255, PixelAt(picture, row: 16, column: 19)[0]);
    }

    [Fact]
    public void Noise_has_the_deviation_asked_for()
    {
        Scene scene = MakeScene(DemoShape.Circle) with
        {
            Paint = new Rgb(0.5f, 0.5f, 0.5f),
            Ground = new Rgb(0.5f, 0.5f, 0.5f),
            NoiseDeviation = 0.1f,
            NoiseState = 1,
        };

        byte[] picture = ScenePainter.Paint(scene);

        double variance = picture.Average(value => Math.Pow((value / 255.0) - 0.5, 2));
        Assert.Equal(0.1, Math.Sqrt(variance), tolerance: 0.01);
    }

    [Fact]
    public void Every_pixel_is_the_mean_of_four_soft_samples()
    {
        foreach (DemoShape shape in Enum.GetValues<DemoShape>())
        {
            var scene = Scene.Sample(PictureDomain.Night, new DemoClass(shape, DemoColor.Red), seed: 1, number: 1);
            scene = scene with { Paint = s_white, Ground = s_black, Brightness = 1 };
            scene = scene with { Texture = 0, BlurDeviation = 0, NoiseDeviation = 0 };

            byte[] picture = ScenePainter.Paint(scene);

            byte[] red = [.. picture.Where((_, index) => index % 3 == 0)];
            Assert.All(PaintEverySample(scene).Zip(red), pair => Assert.InRange(pair.First - pair.Second, -1, 1));
        }
    }

    [Fact]
    public void The_same_scene_gives_the_same_pixels()
    {
        var scene = Scene.Sample(PictureDomain.Night, DemoClass.All[5], seed: 3, number: 4);

        Assert.Equal(ScenePainter.Paint(scene), ScenePainter.Paint(scene with { }));
    }

    [Fact]
    public void Refuses_memory_that_is_too_short() =>
        Assert.Throws<ArgumentException>(() => ScenePainter.Paint(MakeScene(DemoShape.Circle), new byte[3071]));

    private static Scene MakeScene(DemoShape shape) => new()
    {
        Class = new DemoClass(shape, DemoColor.Red),
        Paint = s_white,
        Ground = s_black,
        Scale = 0.8f,
    };

    private static byte[] PixelAt(byte[] picture, int row, int column) =>
        picture[(3 * ((32 * row) + column))..][..3];

    // White on black, from the definition: each pixel the mean of four samples, each as soft as one sample is wide.
    private static IEnumerable<byte> PaintEverySample(Scene scene)
    {
        for (int pixel = 0; pixel < 32 * 32; pixel++)
        {
            float covered = 0;
            for (int sample = 0; sample < 4; sample++)
            {
                float x = ((((2 * (pixel % 32)) + (sample % 2) + 0.5f) / 32) - 1 - scene.CentreX) / scene.Scale;
                float y = ((((2 * (pixel / 32)) + (sample / 2) + 0.5f) / 32) - 1 - scene.CentreY) / scene.Scale;
                (float sin, float cos) = MathF.SinCos(scene.Rotation);
                (x, y) = ((cos * x) + (sin * y), (cos * y) - (sin * x));
                (x, y) = (
                    x + (scene.Waver * MathF.Sin((5 * y) + scene.WaverPhaseX)),
                    y + (scene.Waver * MathF.Sin((5 * x) + scene.WaverPhaseY)));
                float distance = ShapeGeometry.Distance(scene.Class.Shape, x, y) * scene.Scale * 32;
                covered += Math.Clamp(0.5f - distance, 0, 1) / 4;
            }

            yield return (byte)((255 * covered) + 0.5f);
        }
    }
}
