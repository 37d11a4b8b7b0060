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
    private const int LabelWidth = 170;
    private const int BarWidth = 430;
    private const int ValueWidth = 60;

    /// <summary>Draws them.</summary>
    /// <param name="bars">From top to bottom.</param>
    /// <param name="caption">What the colours mean.</param>
    public static string ToHtml(IReadOnlyList<ChartBar> bars, string caption)
    {
        var svg = new StringBuilder("<figure class=\"scroll\" tabindex=\"0\">\n");
        svg.Append($"<svg class=\"wide\" width=\"{LabelWidth + BarWidth + ValueWidth}\" ")
            .Append($"height=\"{bars.Count * RowHeight}\" ")
            .Append($"role=\"img\" aria-label=\"Bars of the table above; {HtmlPage.Text(caption)}\">\n");
        foreach ((int row, ChartBar bar) in bars.Index())
        {
            int top = row * RowHeight;
            svg.Append($"<text x=\"0\" y=\"{top + 15}\">{HtmlPage.Text(bar.Name)}</text>\n")
                .Append(Bar("fill-model", top + 3, 11, bar.Value))
                .Append(bar.Other is { } other ? Bar("fill-paper", top + 15, 5, other) : "")
                .Append(
                    CultureInfo.InvariantCulture,
                    $"<text x=\"{LabelWidth + Length(bar.Value) + 6:0.#}\" y=\"{top + 14}\">{bar.Value:0.0}</text>\n");
        }

        return svg.Append($"</svg>\n<figcaption>{HtmlPage.Prose(caption)}</figcaption>\n</figure>").ToString();
    }

    private static string Bar(string kind, int top, int height, double percent) => string.Create(
        CultureInfo.InvariantCulture,
        $"<rect class=\"{kind}\" x=\"{LabelWidth}\" y=\"{top}\" width=\"{Length(percent):0.#}\" ")
        + $"height=\"{height}\"/>\n";

    private static double Length(double percent) => BarWidth * percent / 100;
}
