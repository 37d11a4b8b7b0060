using PromptKD.Drawing;
using SkiaSharp;

namespace PromptKD.Demo.Charts;

/// <summary>A picture and what a classifier said about it.</summary>
/// <param name="ImagePath">The picture's file.</param>
/// <param name="Truth">Name of its class.</param>
/// <param name="Predicted">Name of the class that the classifier chose.</param>
public sealed record PredictedPicture(string ImagePath, string Truth, string Predicted)
{
    /// <summary>Whether the classifier was right.</summary>
    public bool IsRight => string.Equals(Truth, Predicted, StringComparison.Ordinal);
}

/// <summary>Draws pictures in rows, each with the name it was given: green if right, red if wrong.</summary>
public static class ContactSheet
{
    private const float Margin = 28;
    private const float PictureSide = 96;
    private const float CellWidth = 132;
    private const float CellHeight = 146;
    private const float HeaderHeight = 76;
    private const float LargestText = 12;

    /// <summary>Draws the sheet to a PNG file.</summary>
    /// <param name="path">The file; its folder is made if there is none.</param>
    /// <param name="title">The headline, such as "Student after distillation".</param>
    /// <param name="pictures">What to show, row by row.</param>
    /// <param name="columns">Pictures in a row.</param>
    /// <exception cref="PromptKDException">A picture cannot be read, or the sheet cannot be written.</exception>
    public static void Write(string path, string title, IReadOnlyList<PredictedPicture> pictures, int columns = 8)
    {
        int rows = (pictures.Count + columns - 1) / columns;
        using var canvas = new ChartCanvas(
            (2 * Margin) + ((columns - 1) * CellWidth) + PictureSide, HeaderHeight + (rows * CellHeight));
        int right = pictures.Count(one => one.IsRight);
        canvas.Text(title, Margin, 38, 20, ChartCanvas.Ink);
        canvas.Text($"{right} of these {pictures.Count} are named right", Margin, 58, 13, ChartCanvas.Muted);
        for (int i = 0; i < pictures.Count; i++)
        {
            float x = Margin + (i % columns * CellWidth);
            float y = HeaderHeight + (i / columns * CellHeight);
            DrawCell(canvas, pictures[i], x, y);
        }

        canvas.Save(path);
    }

    private static void DrawCell(ChartCanvas canvas, PredictedPicture picture, float x, float y)
    {
        SKColor color = picture.IsRight ? ChartCanvas.Right : ChartCanvas.Wrong;
        float middle = x + (PictureSide / 2);
        using SKBitmap bitmap = SKBitmap.Decode(picture.ImagePath)
            ?? throw new PromptKDException($"Cannot read the picture '{picture.ImagePath}'. Is it a PNG or JPEG file?");
        canvas.Picture(bitmap, x, y, PictureSide);
        canvas.Frame(x, y, PictureSide, thickness: 3, color);
        DrawName(canvas, (picture.IsRight ? "✓ " : "✗ ") + picture.Predicted, middle, y + PictureSide + 20, color);
        if (!picture.IsRight)
        {
            DrawName(canvas, "is " + picture.Truth, middle, y + PictureSide + 36, ChartCanvas.Muted);
        }
    }

    private static void DrawName(ChartCanvas canvas, string name, float middle, float baseline, SKColor color)
    {
        float fitting = LargestText * (CellWidth - 6) / ChartCanvas.Measure(name, LargestText);
        canvas.Text(name, middle, baseline, Math.Min(LargestText, fitting), color, SKTextAlign.Center);
    }
}
