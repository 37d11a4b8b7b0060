using PromptKD.Pages;

namespace PromptKD.Reporting;

/// <summary>A report as one HTML file that needs nothing else: tables, and bars beside the paper's.</summary>
internal static class HtmlReport
{
    /// <param name="sections">Its tables.</param>
    /// <param name="unfinished">Runs that were planned and are not there.</param>
    public static string Write(IReadOnlyList<ReportSection> sections, IReadOnlyList<string> unfinished)
    {
        var html = new HtmlPage("Results");
        html.AddText("h1", "Results").AddText("p", "Accuracies in percent.");
        foreach (ReportSection section in sections)
        {
            Add(html, section);
        }

        if (unfinished.Count > 0)
        {
            html.AddText("h2", "Missing or in doubt").Add("<ul>");
            foreach (string run in unfinished)
            {
                html.AddText("li", run);
            }

            html.Add("</ul>");
        }

        return html.ToString();
    }

    private static void Add(HtmlPage html, ReportSection section)
    {
        html.AddText("h2", section.Title);
        var table = new HtmlTable(
            "", [.. section.Columns.Select((column, place) => new HtmlColumn(column, IsOfWords(section, place)))])
        {
            Strong = cell => ReportSection.IsStrong(cell) ? cell[2..^2] : null,
        };
        foreach (IReadOnlyList<string> row in section.Rows)
        {
            table.Add(row);
        }

        html.AddTable(table);
        foreach (string note in section.Notes)
        {
            html.AddText("p", note, "note");
        }

        if (section.Curve.Count > 0)
        {
            html.Add($"<div class=\"charts\">{Curve(section).ToHtml()}</div>");
        }

        if (section.Bars.Count > 0)
        {
            html.Add(BarChart.ToHtml(
                [.. section.Bars.Select(bar => new ChartBar(bar.Name, bar.Value, bar.Paper))],
                "blue: this report · grey: the paper · full width: 100 %"));
        }
    }

    private static bool IsOfWords(ReportSection section, int column) =>
        column == 0 || section.Rows.Any(row => row[column].Length > 0 && char.IsLetter(row[column][0]));

    private static LineChart Curve(ReportSection section)
    {
        ChartLine ours = new(
            "this report", "model", [.. section.Curve.Index().Select(one => ((double)one.Index, one.Item.Value))]);
        ChartLine paper = new(
            "the paper",
            "reference",
            [
                .. section.Curve.Index().Where(one => one.Item.Paper is not null)
                    .Select(one => ((double)one.Index, one.Item.Paper!.Value)),
            ]);
        return new LineChart(
            "Harmonic mean, percent", section.Columns[0], paper.Points.Count > 0 ? [ours, paper] : [ours])
        {
            ValueTitle = "HM, percent",
            Places = [.. section.Curve.Select(one => one.Name)],
            BeginsAtLeast = true,
        };
    }
}
