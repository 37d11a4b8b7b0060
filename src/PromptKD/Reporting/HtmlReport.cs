using System.Globalization;
using System.Text;
using PromptKD.Runtime;

namespace PromptKD.Reporting;

/// <summary>A report as one HTML file that needs nothing else: tables, and bars beside the paper's.</summary>
internal static class HtmlReport
{
    private const int RowHeight = 26;
    private const int LabelWidth = 170;
    private const int BarWidth = 430;

    private const string Style = """
        body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1c2430; }
        table { border-collapse: collapse; margin: 1rem 0; }
        th, td { padding: .3rem .7rem; text-align: right; border-bottom: 1px solid #dde3ea; white-space: nowrap; }
        th:first-child, td:first-child { text-align: left; }
        thead th { border-bottom: 2px solid #8895a7; }
        p.note { color: #55606f; margin: .2rem 0; }
        svg text { font: 12px system-ui, sans-serif; fill: #1c2430; }
        .ours { fill: #2b6cb0; } .paper { fill: #b8c4d3; }
        """;

    /// <param name="sections">Its tables.</param>
    /// <param name="unfinished">Runs that were planned and are not there.</param>
    public static string Write(IReadOnlyList<ReportSection> sections, IReadOnlyList<string> unfinished)
    {
        var html = new StringBuilder();
        html.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<title>Results</title>\n");
        html.Append($"<style>\n{Style}\n</style>\n</head>\n<body>\n<h1>Results</h1>\n<p>Accuracies in percent.</p>\n");
        foreach (ReportSection section in sections)
        {
            html.Append($"<h2>{Text(section.Title)}</h2>\n");
            AppendTable(html, section);
            html.AppendJoin("", section.Notes.Select(note => $"<p class=\"note\">{Text(note)}</p>\n"));
            AppendBars(html, section.Bars);
        }

        if (unfinished.Count > 0)
        {
            html.Append("<h2>Not finished</h2>\n<ul>\n");
            html.AppendJoin("", unfinished.Select(run => $"<li>{Text(run)}</li>\n"));
            html.Append("</ul>\n");
        }

        return html.Append("</body>\n</html>\n").ToString();
    }

    private static void AppendTable(StringBuilder html, ReportSection section)
    {
        html.Append("<table>\n<thead><tr>");
        html.AppendJoin("", section.Columns.Select(column => $"<th>{Text(column)}</th>"));
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (IReadOnlyList<string> row in section.Rows)
        {
            html.Append("<tr>");
            html.AppendJoin("", row.Select(cell => $"<td>{Cell(cell)}</td>"));
            html.Append("</tr>\n");
        }

        html.Append("</tbody>\n</table>\n");
    }

    private static void AppendBars(StringBuilder html, IReadOnlyList<ReportBar> bars)
    {
        if (bars.Count == 0)
        {
            return;
        }

        int height = (bars.Count * RowHeight) + 24;
        html.Append(CultureInfo.InvariantCulture, $"<svg width=\"{LabelWidth + BarWidth + 60}\" height=\"{height}\" ");
        html.Append("role=\"img\" aria-label=\"Bars of this table; the paper's below each in grey\">\n");
        for (int row = 0; row < bars.Count; row++)
        {
            ReportBar bar = bars[row];
            int top = row * RowHeight;
            html.Append(CultureInfo.InvariantCulture, $"<text x=\"0\" y=\"{top + 15}\">{Text(bar.Name)}</text>\n");
            AppendBar(html, "ours", top + 3, 11, bar.Value);
            if (bar.Paper is { } paper)
            {
                AppendBar(html, "paper", top + 15, 5, paper);
            }

            html.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{LabelWidth + Length(bar.Value) + 6:0.#}\" y=\"{top + 14}\">{bar.Value:0.0}</text>\n");
        }

        int legend = bars.Count * RowHeight;
        html.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{LabelWidth}\" y=\"{legend + 16}\">blue: this report · grey: the paper · full width: 100 %</text>\n");
        html.Append("</svg>\n");
    }

    private static void AppendBar(StringBuilder html, string kind, int top, int height, double value) => html.Append(
        CultureInfo.InvariantCulture,
        $"<rect class=\"{kind}\" x=\"{LabelWidth}\" y=\"{top}\" width=\"{Length(value):0.#}\" height=\"{height}\"/>\n");

    private static double Length(double percent) => BarWidth * percent / 100;

    private static string Cell(string cell) => ReportSection.IsStrong(cell)
        ? $"<strong>{Text(cell[2..^2])}</strong>"
        : Text(cell);

    private static string Text(string text) => Printable.Html(text);
}
