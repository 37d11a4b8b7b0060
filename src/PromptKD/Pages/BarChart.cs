using System.Globalization;
using System.Text;

namespace PromptKD.Pages;

/// <summary>A bar, and the one that it is held against.</summary>
/// <param name="Name">What it belongs to.</param>
/// <param name="Value">Percent.</param>
/// <param name="Other">Percent; null for none.</param>
internal sealed record ChartBar(string Name, double Value, double? Other);

/// <summary>Draws bars of percentages, each over the one that it is held against, as SVG.</summary>
internal static class BarChart
{
    private const int RowHeight = 26;
    private const int LetterWidth = 8;
    private const int MostLetters = 30;
    private const int BarWidth = 280;
    private const int ValueWidth = 44;

    /// <summary>Draws them.</summary>
    /// <param name="bars">From top to bottom.</param>
    /// <param name="caption">What the colours mean.</param>
    public static string ToHtml(IReadOnlyList<ChartBar> bars, string caption)
    {
        int labelWidth = LetterWidth * Math.Min(MostLetters, bars.Max(bar => bar.Name.Length) + 2);
        int width = labelWidth + BarWidth + ValueWidth;
        int height = bars.Count * RowHeight;
        var svg = new StringBuilder("<figure>\n");
        svg.Append($"<svg class=\"lines\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" ")
            .Append($"role=\"img\" aria-label=\"Bars of the table above; {HtmlPage.Text(caption)}\">\n");
        foreach ((int row, ChartBar bar) in bars.Index())
        {
            int top = row * RowHeight;
            svg.Append($"<text x=\"0\" y=\"{top + 15}\">{HtmlPage.Text(bar.Name)}</text>\n")
                .Append(Bar("fill-model", top + 3, 11, bar.Value))
                .Append(bar.Other is { } other ? Bar("fill-paper", top + 15, 5, other) : "")
                .Append(
                    CultureInfo.InvariantCulture,
                    $"<text x=\"{labelWidth + Length(bar.Value) + 6:0.#}\" y=\"{top + 14}\">{bar.Value:0.0}</text>\n");
        }

        return svg.Append($"</svg>\n<figcaption>{HtmlPage.Prose(caption)}</figcaption>\n</figure>").ToString();

        string Bar(string kind, int top, int thickness, double percent) => string.Create(
            CultureInfo.InvariantCulture,
            $"<rect class=\"{kind}\" x=\"{labelWidth}\" y=\"{top}\" width=\"{Length(percent):0.#}\" ")
            + $"height=\"{thickness}\"/>\n";
    }

    private static double Length(double percent) => BarWidth * percent / 100;
}
