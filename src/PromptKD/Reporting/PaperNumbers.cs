using System.Globalization;

namespace PromptKD.Reporting;

/// <summary>The numbers that the PromptKD paper (arXiv 2403.02781) prints, in percent.</summary>
/// <remarks>
/// Tables 1, 2 and 9. The averages are printed there too, and are kept as printed: the harmonic mean of Table 1's
/// average row is that of the two means.
/// </remarks>
public static class PaperNumbers
{
    /// <summary>Stands for the average row of a table in place of a data set.</summary>
    public const string Average = "average";

    private static readonly Dictionary<(Protocol, string, string), PaperScore> s_scores = Read();

    /// <summary>What the paper prints; null where it does not have the row.</summary>
    /// <param name="protocol">Which table.</param>
    /// <param name="trainer">The method, as TRAINER.NAME spells it.</param>
    /// <param name="dataset">The data set as DATASET.NAME spells it, or <see cref="Average"/>.</param>
    public static PaperScore? Find(Protocol protocol, string trainer, string dataset) =>
        s_scores.GetValueOrDefault((protocol, trainer, dataset));

    /// <summary>The data sets of a table, in the paper's order.</summary>
    public static IReadOnlyList<string> Datasets(Protocol protocol) =>
    [
        .. s_scores.Keys.Where(key => key.Item1 == protocol).Select(key => key.Item3).Distinct()
            .Where(dataset => dataset != Average),
    ];

    private static Dictionary<(Protocol, string, string), PaperScore> Read()
    {
        using Stream stream = typeof(PaperNumbers).Assembly.GetManifestResourceStream("paper-numbers.csv")!;
        using var reader = new StreamReader(stream);
        var scores = new Dictionary<(Protocol, string, string), PaperScore>();
        foreach (string line in reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            string[] cells = line.Split(',');
            Protocol protocol = cells[0] switch
            {
                "base2new" => Protocol.BaseToNovel,
                "cross" => Protocol.CrossDataset,
                _ => Protocol.DomainGeneralisation,
            };
            scores[(protocol, cells[2], cells[3])] =
                new PaperScore(cells[1], Number(cells[4]), Number(cells[5]), Number(cells[6]), Number(cells[7]));
        }

        return scores;
    }

    private static double? Number(string cell) =>
        cell.Length == 0 ? null : double.Parse(cell, CultureInfo.InvariantCulture);
}

/// <summary>One row of one method in a table of the paper, in percent.</summary>
/// <param name="Table">The table's name.</param>
/// <param name="Base">Accuracy among the base classes; null in the tables that have one accuracy.</param>
/// <param name="Novel">Accuracy among the new classes; null as <paramref name="Base"/>.</param>
/// <param name="HarmonicMean">Their harmonic mean as printed; null as <paramref name="Base"/>.</param>
/// <param name="Accuracy">Accuracy among all classes; null in Table 1.</param>
public sealed record PaperScore(string Table, double? Base, double? Novel, double? HarmonicMean, double? Accuracy);
