using PromptKD.Demo.Drawing;
using PromptKD.Drawing;
using SkiaSharp;

namespace PromptKD.Demo.Charts;

/// <summary>Shows the demo's world: a picture of every class by day, in changing light, and at night.</summary>
public static class WorldSheet
{
    private const int Columns = 16;
    private const long Seed = 7;
    private const float Margin = 28;
    private const float PictureSide = 64;
    private const float Gap = 4;
    private const float HeaderHeight = 40;

    /// <summary>Draws the sheet to a PNG file.</summary>
    /// <param name="path">The file; its folder is made if there is none.</param>
    /// <exception cref="PromptKDException">The file cannot be written.</exception>
    public static void Write(string path)
    {
        (PictureDomain Domain, string Title)[] parts =
        [
            (PictureDomain.Daylight, "Daylight: all that the student saw in its pre-training"),
            (PictureDomain.ChangingLight, "The same, often in less light: what the teacher saw in its pre-training"),
            (PictureDomain.Night, "The night: both are tested on it, and the student learns from it without labels"),
        ];
        int rows = DemoClass.All.Count / Columns;
        float partHeight = HeaderHeight + (rows * (PictureSide + Gap));
        using var canvas = new ChartCanvas(
            (2 * Margin) + (Columns * (PictureSide + Gap)) - Gap, Margin + (parts.Length * partHeight));
        for (int part = 0; part < parts.Length; part++)
        {
            DrawPart(canvas, parts[part].Domain, parts[part].Title, part * partHeight);
        }

        canvas.Save(path);
    }

    private static void DrawPart(ChartCanvas canvas, PictureDomain domain, string title, float top)
    {
        DemoClass[] classes = [.. DemoClass.All.OrderBy(one => one.Shape).ThenBy(one => one.Color)];
        canvas.Text(title, Margin, top + HeaderHeight - 10, 14, ChartCanvas.Ink);
        for (int i = 0; i < classes.Length; i++)
        {
            byte[] pixels = ScenePainter.Paint(Scene.Sample(domain, classes[i], Seed, i));
            using SKBitmap bitmap = PngFile.ToBitmap(pixels);
            float x = Margin + (i % Columns * (PictureSide + Gap));
            float y = top + HeaderHeight + (i / Columns * (PictureSide + Gap));
            canvas.Picture(bitmap, x, y, PictureSide);
        }
    }
}
