using PromptKD.Data.Pictures;
using PromptKD.Runtime;
using SkiaSharp;

namespace PromptKD.Drawing;

/// <summary>A picture of a sheet, and what stands below it.</summary>
/// <param name="Picture">The picture.</param>
/// <param name="Lines">Each with its colour; what is too long is cut.</param>
internal sealed record SheetPicture(PictureItem Picture, IReadOnlyList<(string Text, SKColor Color)> Lines);

/// <summary>Draws pictures in rows, each with some lines below it, into a PNG file.</summary>
internal static class PictureSheet
{
    /// <summary>Pictures that a sheet has room for.</summary>
    public const int MostPictures = 48;

    private const int Columns = 8;
    private const int Side = 128;
    private const float Margin = 24;
    private const float Gap = 16;
    private const float HeaderHeight = 76;
    private const float LineHeight = 16;
    private const float TextSize = 12;

    /// <summary>Draws the sheet.</summary>
    /// <param name="path">The file.</param>
    /// <param name="title">The headline.</param>
    /// <param name="explanation">A line below it.</param>
    /// <param name="pictures">What to show, row by row; up to <see cref="MostPictures"/>.</param>
    /// <exception cref="PromptKDException">The sheet cannot be written.</exception>
    public static void Write(
        string path, string title, string explanation, IReadOnlyList<SheetPicture> pictures)
    {
        int rows = (pictures.Count + Columns - 1) / Columns;
        int lines = pictures.Select(one => one.Lines.Count).DefaultIfEmpty().Max();
        float cellHeight = Side + Gap + (lines * LineHeight);
        using var canvas = new ChartCanvas(
            (2 * Margin) + (Columns * (Side + Gap)) - Gap, HeaderHeight + (rows * cellHeight) + 8);
        canvas.Text(Printable.Line(title), Margin, 34, 20, ChartCanvas.Ink);
        canvas.Text(Printable.Line(explanation), Margin, 56, 13, ChartCanvas.Muted);
        foreach ((int index, SheetPicture one) in pictures.Index())
        {
            Draw(
                canvas, one, Margin + (index % Columns * (Side + Gap)), HeaderHeight + (index / Columns * cellHeight));
        }

        canvas.Save(path);
    }

    private static void Draw(ChartCanvas canvas, SheetPicture one, float x, float y)
    {
        using SKBitmap? picture = PictureThumbnail.Of(one.Picture, Side);
        if (picture is null)
        {
            canvas.Fill(x, y, Side, Side, ChartCanvas.Grid);
            canvas.Text(
                "cannot be read", x + (Side / 2), y + (Side / 2), TextSize, ChartCanvas.Muted, SKTextAlign.Center);
        }
        else
        {
            canvas.Picture(picture, x, y, Side);
        }

        foreach ((int line, (string text, SKColor color)) in one.Lines.Index())
        {
            string fitting = ChartCanvas.Fit(Printable.Line(text), TextSize, Side + Gap - 4);
            canvas.Text(fitting, x, y + Side + ((line + 1) * LineHeight), TextSize, color);
        }
    }
}
