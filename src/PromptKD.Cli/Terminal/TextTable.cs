using Spectre.Console;

namespace PromptKD.Cli.Terminal;

/// <summary>A table on standard output: a terminal gets borders, a file plain columns.</summary>
internal static class TextTable
{
    /// <summary>Prints a head and its rows; the first column is aligned to the left, all others to the right.</summary>
    public static void Print(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        if (Console.IsOutputRedirected)
        {
            PrintPlain([columns, .. rows]);
            return;
        }

        Table table = new Table().Border(TableBorder.Rounded);
        table.AddColumn(Markup.Escape(columns[0]));
        foreach (string column in columns.Skip(1))
        {
            table.AddColumn(new TableColumn(Markup.Escape(column)).RightAligned());
        }

        foreach (IReadOnlyList<string> row in rows)
        {
            table.AddRow([.. row.Select(Markup.Escape)]);
        }

        AnsiConsole.Write(table);
    }

    private static void PrintPlain(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Count).Select(column => rows.Max(row => row[column].Length))];
        foreach (IReadOnlyList<string> row in rows)
        {
            IEnumerable<string> cells = row.Select((cell, column) =>
                column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]));
            Console.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }
}
