using PromptKD.Reporting;

namespace PromptKD.Cli.Terminal;

/// <summary>A report on standard output.</summary>
internal static class ReportTables
{
    /// <summary>Prints every table with its notes, then what is missing or in doubt.</summary>
    public static void Print(BenchmarkReport report)
    {
        foreach (ReportSection section in report.Sections)
        {
            Answers.Sentence(section.Title);
            TextTable.Print(section.Columns, section.Rows.Select(row => row.Select(Plain).ToArray()));
            foreach (string note in section.Notes)
            {
                Answers.Sentence(note);
            }

            Answers.Line();
        }

        foreach (string run in report.Unfinished)
        {
            Answers.Sentence($"missing or in doubt: {run}");
        }
    }

    private static string Plain(string cell) => cell.Trim('*');
}
