using System.Globalization;
using PromptKD.Runtime;
using SkiaSharp;

namespace PromptKD.Drawing;

/// <summary>
/// Draws which classes were taken for which: a row a true class, a column an answer, a cell the darker the more of its
/// row lies in it.
/// </summary>
internal static class ConfusionPicture
{
    /// <summary>Classes that a picture has room for.</summary>
    public const int MostClasses = 2000;

    private const int MostLabelled = 100;
    private const int MostNumbered = 48;
    private const float Margin = 24;
    private const float HeaderHeight = 72;
    private const float LongestLabel = 220;

    /// <summary>Draws it to a PNG file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="names">Class names, in label order; up to <see cref="MostClasses"/>.</param>
    /// <param name="counts">Pictures, [true class][answer].</param>
    /// <exception cref="PromptKDException">It cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<string> names, IReadOnlyList<IReadOnlyList<int>> counts)
    {
        int classes = names.Count;
        float cell = classes <= MostNumbered ? 26
            : classes <= MostLabelled ? 14
            : Math.Max(1, MathF.Floor(1400f / classes));
        float text = Math.Min(12, cell - 2);
        bool isLabelled = classes <= MostLabelled;
        string[] labels = isLabelled
            ? [.. names.Select(name => ChartCanvas.Fit(Printable.Line(name), text, LongestLabel))]
            : [];
        float space = labels.Select(label => ChartCanvas.Measure(label, text)).DefaultIfEmpty().Max() + 8;
        float left = Margin + space, top = HeaderHeight + space, side = classes * cell;
        using var canvas = new ChartCanvas(Math.Max(left + side + Margin, 420), top + side + Margin);
        canvas.Text("Which class is taken for which", Margin, 32, 18, ChartCanvas.Ink);
        canvas.Text(
            $"rows: the true class; columns: the answer{(isLabelled ? "" : "; both in the order of the class list")}",
            Margin, 52, 12, ChartCanvas.Muted);
        foreach ((int index, string label) in labels.Index())
        {
            float middle = (index * cell) + (cell / 2) + (text / 3);
            canvas.Text(label, left - 6, top + middle, text, ChartCanvas.Ink, SKTextAlign.Right);
            canvas.TextUp(label, left + middle, top - 6, text, ChartCanvas.Ink);
        }

        for (int row = 0; row < classes; row++)
        {
            DrawRow(canvas, counts[row], row, left, top + (row * cell), cell);
        }

        canvas.Frame(left, top, side, 1, ChartCanvas.Muted);
        canvas.Save(path);
    }

    private static void DrawRow(
        ChartCanvas canvas, IReadOnlyList<int> counts, int truth, float left, float y, float cell)
    {
        int total = counts.Sum();
        float inner = cell > 4 ? cell - 1 : cell;
        for (int answer = 0; answer < counts.Count; answer++)
        {
            float x = left + (answer * cell);
            if (counts[answer] == 0)
            {
                if (answer == truth && cell > 4)
                {
                    canvas.Fill(x, y, inner, inner, ChartCanvas.Grid);
                }

                continue;
            }

            double share = (double)counts[answer] / total;
            SKColor color = answer == truth ? ChartCanvas.Right : ChartCanvas.Wrong;
            canvas.Fill(x, y, inner, inner, color.WithAlpha((byte)(50 + (205 * share))));
            if (counts.Count <= MostNumbered)
            {
                string number = counts[answer].ToString(CultureInfo.InvariantCulture);
                float size = ChartCanvas.Measure(number, 11) <= inner - 2 ? 11 : 7;
                canvas.Text(
                    number, x + (inner / 2), y + (inner / 2) + (size / 3), size,
                    share > 0.5 ? SKColors.White : ChartCanvas.Ink, SKTextAlign.Center);
            }
        }
    }
}
