using System.Text;

namespace PromptKD.Reporting;

/// <summary>A report as Markdown.</summary>
internal static class MarkdownReport
{
    /// <param name="sections">Its tables.</param>
    /// <param name="unfinished">Runs that were planned and are not there.</param>
    public static string Write(IReadOnlyList<ReportSection> sections, IReadOnlyList<string> unfinished)
    {
        var text = new StringBuilder("# Results\n\nAccuracies in percent.\n");
        foreach (ReportSection section in sections)
        {
            text.Append($"\n## {section.Title}\n\n");
            AppendRow(text, section.Columns);
            AppendRow(text, [.. section.Columns.Select((_, column) => column == 0 ? "---" : "---:")]);
            foreach (IReadOnlyList<string> row in section.Rows)
            {
                AppendRow(text, row);
            }

            foreach (string note in section.Notes)
            {
                text.Append($"\n{note}\n");
            }
        }

        if (unfinished.Count > 0)
        {
            text.Append("\n## Not finished\n\n");
            text.AppendJoin("", unfinished.Select(run => $"* {run}\n"));
        }

        return text.ToString();
    }

    private static void AppendRow(StringBuilder text, IReadOnlyList<string> cells) =>
        text.Append($"| {string.Join(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))} |\n");
}
