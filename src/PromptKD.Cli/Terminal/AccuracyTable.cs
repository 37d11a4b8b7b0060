using System.Globalization;
using PromptKD.Evaluation;
using Spectre.Console;

namespace PromptKD.Cli.Terminal;

/// <summary>Accuracies of one or more models, in percent, as a table on standard output.</summary>
internal static class AccuracyTable
{
    /// <summary>Prints a row a model. A terminal gets borders, a file plain columns.</summary>
    public static void Print(params (string Name, BaseNovelResult? Result)[] rows)
    {
        (string Name, BaseNovelResult? Result)[] measured = [.. rows.Where(row => row.Result is not null)];
        if (measured.Length == 0)
        {
            return;
        }

        bool split = measured.Any(row => row.Result!.HarmonicMean is not null);
        string[] columns = split
            ? ["", "base", "novel", "harmonic mean", "all classes", "pictures"]
            : ["", "accuracy", "macro F1", "pictures"];
        IEnumerable<string[]> cells = measured.Select(row => Cells(row.Name, row.Result!, split));
        if (Console.IsOutputRedirected)
        {
            PrintPlain([columns, .. cells]);
            return;
        }

        Table table = new Table().Border(TableBorder.Rounded);
        table.AddColumn(columns[0]);
        foreach (string column in columns.Skip(1))
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (string[] row in cells)
        {
            table.AddRow([.. row.Select(Markup.Escape)]);
        }

        AnsiConsole.Write(table);
    }

    private static string[] Cells(string name, BaseNovelResult result, bool split) => split
        ?
        [
            name, Percent(result.Base), Percent(result.Novel), Percent(result.HarmonicMean), Percent(result.All),
            result.Pictures.ToString(CultureInfo.InvariantCulture),
        ]
        : [name, Percent(result.All), Percent(result.MacroF1), result.Pictures.ToString(CultureInfo.InvariantCulture)];

    private static string Percent(double? value) =>
        value is { } number ? string.Create(CultureInfo.InvariantCulture, $"{number:0.0} %") : "–";

    private static void PrintPlain(string[][] rows)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows)
        {
            IEnumerable<string> cells = row.Select((cell, column) =>
                column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]));
            Console.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }
}
