using PromptKD.Runtime;
using SkiaSharp;

namespace PromptKD.Drawing;

/// <summary>The points of one model on a map.</summary>
/// <param name="Title">Which model.</param>
/// <param name="Explanation">A line below it.</param>
/// <param name="Points">A point a picture, in any unit; both axes have the same.</param>
internal sealed record MapPanel(string Title, string Explanation, IReadOnlyList<(double X, double Y)> Points);

/// <summary>
/// Draws pictures as points, coloured by class, for one model beside the other: a PNG file, and an SVG file of the
/// same.
/// </summary>
internal static class EmbeddingMap
{
    /// <summary>Classes that differ in colour or shape, and that the legend names.</summary>
    public const int MostNamed = 60;

    private const float Margin = 24;
    private const float HeaderHeight = 104;
    private const float Side = 460;
    private const float Gap = 28;
    private const float Row = 18;
    private const float TextSize = 12;
    private const float LongestName = 170;
    private const int RowsOfColumn = (int)(Side / Row);

    // Twelve colours that stay apart in print, and for most who see fewer; shapes tell the classes of one colour apart.
    private static readonly SKColor[] s_colors =
    [
        new(0x1F, 0x77, 0xB4), new(0xE6, 0x7E, 0x22), new(0x2E, 0x8B, 0x57), new(0xC0, 0x39, 0x2B),
        new(0x8E, 0x44, 0xAD), new(0x8C, 0x56, 0x4B), new(0xE3, 0x77, 0xC2), new(0x4D, 0x4D, 0x4D),
        new(0xB8, 0xA1, 0x0B), new(0x17, 0xA2, 0xB8), new(0x1A, 0x23, 0x7E), new(0x7C, 0xB3, 0x42),
    ];

    /// <summary>Draws it.</summary>
    /// <param name="path">The files without their endings.</param>
    /// <param name="title">The headline.</param>
    /// <param name="explanation">A line below it.</param>
    /// <param name="panels">One a model, of the same pictures.</param>
    /// <param name="labels">The class of each picture; null of one without.</param>
    /// <param name="names">Class names, in label order.</param>
    /// <exception cref="PromptKDException">A file cannot be written.</exception>
    public static void Write(
        string path,
        string title,
        string explanation,
        IReadOnlyList<MapPanel> panels,
        IReadOnlyList<int?> labels,
        IReadOnlyList<string> names)
    {
        int[] classes = [.. labels.OfType<int>().Distinct().Order()];
        int named = Math.Min(classes.Length, MostNamed);
        int columns = (named + RowsOfColumn - 1) / RowsOfColumn;
        string[] legend =
        [
            .. classes.Take(named)
                .Select(label => ChartCanvas.Fit(Printable.Line(names[label]), TextSize, LongestName)),
        ];
        float column = 24 + legend.Select(name => ChartCanvas.Measure(name, TextSize)).DefaultIfEmpty().Max() + 12;
        float width = (2 * Margin) + (panels.Count * (Side + Gap)) + (columns * column);
        float height = HeaderHeight + Side + Margin + (classes.Length > named ? Row : 0);
        using (var page = new ChartCanvas(width, height))
        {
            Draw(page);
            page.Save($"{path}.png");
        }

        ChartCanvas.WriteSvg($"{path}.svg", width, height, Draw);

        void Draw(ChartCanvas canvas)
        {
            canvas.Text(Printable.Line(title), Margin, 34, 20, ChartCanvas.Ink);
            canvas.Text(
                ChartCanvas.Fit(Printable.Line(explanation), 13, width - (2 * Margin)),
                Margin, 56, 13, ChartCanvas.Muted);
            Dictionary<int, int> places = classes.Index().ToDictionary(one => one.Item, one => one.Index);
            foreach ((int index, MapPanel panel) in panels.Index())
            {
                DrawPanel(
                    canvas,
                    panel,
                    Margin + (index * (Side + Gap)),
                    [.. labels.Select(label => label is { } known ? places[known] : -1)]);
            }

            DrawLegend(canvas, legend, classes.Length - named, Margin + (panels.Count * (Side + Gap)), column);
        }
    }

    private static void DrawPanel(ChartCanvas canvas, MapPanel panel, float left, IReadOnlyList<int> places)
    {
        canvas.Text(ChartCanvas.Fit(Printable.Line(panel.Title), 14, Side), left, 80, 14, ChartCanvas.Ink);
        canvas.Text(ChartCanvas.Fit(Printable.Line(panel.Explanation), 11, Side), left, 96, 11, ChartCanvas.Muted);
        canvas.Frame(left, HeaderHeight, Side, 1, ChartCanvas.Grid);
        double lowX = panel.Points.Min(point => point.X), highX = panel.Points.Max(point => point.X);
        double lowY = panel.Points.Min(point => point.Y), highY = panel.Points.Max(point => point.Y);
        double extent = Math.Max(Math.Max(highX - lowX, highY - lowY), double.Epsilon);
        const float Inner = Side - 32;
        float radius = panel.Points.Count <= 300 ? 4.2f : panel.Points.Count <= 1000 ? 3.2f : 2.4f;
        foreach ((int index, (double x, double y)) in panel.Points.Index())
        {
            var middle = new SKPoint(
                left + (Side / 2) + (float)((x - ((lowX + highX) / 2)) / extent * Inner),
                HeaderHeight + (Side / 2) - (float)((y - ((lowY + highY) / 2)) / extent * Inner));
            (int shape, SKColor color) = LookOf(places[index]);
            canvas.Mark(shape, middle, radius, color.WithAlpha(0xC8));
        }
    }

    private static void DrawLegend(ChartCanvas canvas, string[] legend, int more, float left, float column)
    {
        foreach ((int place, string name) in legend.Index())
        {
            float x = left + (place / RowsOfColumn * column), y = HeaderHeight + (place % RowsOfColumn * Row) + 8;
            (int shape, SKColor color) = LookOf(place);
            canvas.Mark(shape, new SKPoint(x + 6, y), 4.5f, color);
            canvas.Text(name, x + 18, y + 4, TextSize, ChartCanvas.Ink);
        }

        if (more > 0)
        {
            canvas.Text(
                $"and {Counted.Of(more, "more class", "more classes")}, whose colours and shapes come again",
                left + column, HeaderHeight + Side + 16, TextSize, ChartCanvas.Muted, SKTextAlign.Center);
        }
    }

    private static (int Shape, SKColor Color) LookOf(int place) => place < 0
        ? (0, ChartCanvas.Accent)
        : (place / s_colors.Length, s_colors[place % s_colors.Length]);
}
