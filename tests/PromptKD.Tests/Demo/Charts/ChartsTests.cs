using PromptKD.Demo.Charts;
using SkiaSharp;

namespace PromptKD.Tests.Demo.Charts;

public sealed class ChartsTests : IDisposable
{
    private static readonly SKColor s_right = new(0x15, 0x80, 0x3D);
    private static readonly SKColor s_wrong = new(0xC2, 0x41, 0x0C);

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_contact_sheet_frames_right_pictures_green_and_wrong_ones_red()
    {
        string picture = WritePicture();
        string sheet = Path.Combine(_folder, "sheet.png");

        ContactSheet.Write(
            sheet, "Title", [new(picture, "red circle", "red circle"), new(picture, "red circle", "blue ring")]);

        using var drawn = SKBitmap.Decode(sheet);
        const int FirstPicture = 28, SecondPicture = 28 + 132, Middle = 76 + 48, Frame = 2;
        Assert.Equal(s_right, drawn.GetPixel(FirstPicture - Frame, Middle));
        Assert.Equal(SKColors.Blue, drawn.GetPixel(FirstPicture + 48, Middle));
        Assert.Equal(s_wrong, drawn.GetPixel(SecondPicture - Frame, Middle));
    }

    [Fact]
    public void Letters_are_drawn_on_machines_without_fonts()
    {
        string sheet = Path.Combine(_folder, "sheet.png");

        ContactSheet.Write(sheet, "Title", []);

        using var drawn = SKBitmap.Decode(sheet);
        Assert.Contains(drawn.Pixels, pixel => pixel.Red < 100);
    }

    [Fact]
    public void A_contact_sheet_names_the_picture_that_it_cannot_read()
    {
        string text = Path.Combine(_folder, "text.png");
        File.WriteAllText(text, "not a picture");

        var error = Assert.Throws<PromptKDException>(
            () => ContactSheet.Write(Path.Combine(_folder, "sheet.png"), "Title", [new(text, "a", "b")]));

        Assert.Contains(text, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_curve_puts_each_value_where_its_axis_says()
    {
        string chart = Path.Combine(_folder, "curve.png");

        TrainingCurve.Write(
            chart, "Title", [new(0, null, 50), new(1, 2.0, 50), new(2, 1.0, 50)], [new("teacher", 90)]);

        // The accuracy's axes go from (550, 350) to (920, 100): half of 100 % is at 225.
        using var drawn = SKBitmap.Decode(chart);
        Assert.Equal(new SKColor(0x25, 0x63, 0xEB), drawn.GetPixel(600, 225));

        // The loss's go from (70, 350) to (440, 100): its largest value is at the top, in the middle of two epochs.
        Assert.Equal(s_wrong, drawn.GetPixel(255, 100));
    }

    [Fact]
    public void A_training_without_epochs_has_empty_axes()
    {
        string chart = Path.Combine(_folder, "curve.png");

        TrainingCurve.Write(chart, "Title", [], []);

        Assert.True(File.Exists(chart));
    }

    [Fact]
    public void The_world_fits_on_its_sheet()
    {
        string sheet = Path.Combine(_folder, "world.png");

        WorldSheet.Write(sheet);

        using var drawn = SKBitmap.Decode(sheet);
        Assert.Equal(28 + (16 * 68) - 4 + 28, drawn.Width);
    }

    private string WritePicture()
    {
        string path = Path.Combine(_folder, "blue.png");
        using var bitmap = new SKBitmap(32, 32);
        bitmap.Erase(SKColors.Blue);
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        File.WriteAllBytes(path, data.ToArray());
        return path;
    }
}
