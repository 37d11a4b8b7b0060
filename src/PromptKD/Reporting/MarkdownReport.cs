using System.Text;
using PromptKD.Runtime;

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
            text.Append($"\n## {Printable.Markdown(section.Title)}\n\n");
            AppendRow(text, section.Columns.Select(Cell));
            AppendRow(text, [.. section.Columns.Select((_, column) => column == 0 ? "---" : "---:")]);
            foreach (IReadOnlyList<string> row in section.Rows)
            {
                AppendRow(text, row.Select(Cell));
            }

            foreach (string note in section.Notes)
            {
                text.Append($"\n{Printable.Markdown(note)}\n");
            }
        }

        if (unfinished.Count > 0)
        {
            text.Append("\n## Missing or in doubt\n\n");
            text.AppendJoin("", unfinished.Select(run => $"* {Printable.Markdown(run)}\n"));
        }

        return text.ToString();
    }

    private static void AppendRow(StringBuilder text, IEnumerable<string> cells) =>
        text.Append($"| {string.Join(" | ", cells)} |\n");

    // The one mark that cells use is that of emphasis, around all of a cell.
    private static string Cell(string cell) => ReportSection.IsStrong(cell)
        ? $"**{Printable.Markdown(cell[2..^2])}**"
        : Printable.Markdown(cell);
}
