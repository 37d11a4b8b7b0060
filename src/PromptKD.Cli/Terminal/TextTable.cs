using PromptKD.Runtime;
using Spectre.Console;

namespace PromptKD.Cli.Terminal;

/// <summary>
/// A table on standard output: a terminal gets borders, a file plain columns. A window that is too narrow for borders
/// gets plain columns, too, and one that is too narrow for these a line a cell: numbers are never broken.
/// </summary>
internal static class TextTable
{
    private const string Gap = "  ";

    // Of each cell and of the table: bars and blanks.
    private const int CellBorder = 3;
    private const int TableBorder = 1;

    /// <summary>Prints a head and its rows; the first column is aligned to the left, all others to the right.</summary>
    public static void Print(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        IReadOnlyList<string>[] body = [.. rows.Select(row => row.Select(Printable.Line).ToArray())];
        int[] widths =
        [
            .. columns.Select((head, column) => body.Select(row => row[column]).Append(head).Max(LineLayout.Columns)),
        ];
        int? window = Console.IsOutputRedirected ? null : Window.Columns;
        if (window >= widths.Sum() + (CellBorder * widths.Length) + TableBorder)
        {
            PrintBorders(columns, body);
            return;
        }

        IEnumerable<string> lines = window < widths.Sum() + (Gap.Length * (widths.Length - 1))
            ? Cells(columns, body)
            : body.Prepend(columns).Select(row => Columns(row, widths));
        foreach (string line in lines)
        {
            Console.WriteLine(line);
        }
    }

    /// <summary>A line for each row and each of its cells, for narrow windows.</summary>
    internal static IEnumerable<string> Cells(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        int width = columns.Max(LineLayout.Columns);
        foreach (IReadOnlyList<string> row in rows)
        {
            yield return row[0];
            foreach ((string head, string cell) in columns.Zip(row).Skip(1))
            {
                yield return $"{Gap}{head}{Blanks(width - LineLayout.Columns(head))}{Gap}{cell}";
            }
        }
    }

    private static string Columns(IReadOnlyList<string> row, int[] widths)
    {
        IEnumerable<string> cells = row.Select((cell, column) =>
        {
            string blanks = Blanks(widths[column] - LineLayout.Columns(cell));
            return column == 0 ? cell + blanks : blanks + cell;
        });
        return string.Join(Gap, cells).TrimEnd();
    }

    private static string Blanks(int count) => new(' ', count);

    private static void PrintBorders(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        Table table = new Table().Border(Spectre.Console.TableBorder.Rounded);
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
}
