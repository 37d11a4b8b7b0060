using System.Globalization;
using PromptKD.Evaluation;

namespace PromptKD.Cli.Terminal;

/// <summary>Accuracies of one or more models, in percent, as a table on standard output.</summary>
internal static class AccuracyTable
{
    /// <summary>Prints a row a model.</summary>
    public static void Print(params (string Name, BaseNovelResult? Result)[] rows)
    {
        (string Name, BaseNovelResult? Result)[] measured = [.. rows.Where(row => row.Result is not null)];
        if (measured.Length == 0)
        {
            return;
        }

        bool split = measured.Any(row => (row.Result!.Base ?? row.Result.Novel) is not null);
        string[] columns = split
            ? ["", "base", "novel", "harmonic mean", "all classes", "pictures"]
            : ["", "accuracy", "macro F1", "pictures"];
        TextTable.Print(columns, measured.Select(row => Cells(row.Name, row.Result!, split)));
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
}
