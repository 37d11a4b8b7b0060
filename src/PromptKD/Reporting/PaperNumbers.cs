using System.Globalization;
using PromptKD.Methods;

namespace PromptKD.Reporting;

/// <summary>The numbers that the PromptKD paper (arXiv 2403.02781) prints, in percent.</summary>
/// <remarks>
/// Tables 1, 2, 4 to 6 and 9 to 14, and figures 4 to 6. The averages are printed there too, and are kept as printed:
/// the harmonic mean of Table 1's average row is that of the two means.
/// </remarks>
public static class PaperNumbers
{
    /// <summary>Stands for the average row of a table in place of a data set.</summary>
    public const string Average = "average";

    /// <summary>The CLIP of most tables.</summary>
    public const string UsualBackbone = "ViT-B/16";

    // Of the methods that learn from labels; PromptKD learns from all pictures.
    private const int UsualShots = 16;

    private static readonly Dictionary<(Protocol, string, string, string, int?, string), PaperScore> s_scores = Read();

    /// <summary>What the paper prints; null where it does not have the row.</summary>
    /// <param name="protocol">Which table.</param>
    /// <param name="trainer">The method, as TRAINER.NAME spells it.</param>
    /// <param name="dataset">The data set as DATASET.NAME spells it, or <see cref="Average"/>.</param>
    /// <param name="backbone">MODEL.BACKBONE.NAME: that of PromptKD's student, or of the CLIP that is prompted.</param>
    /// <param name="shots">
    /// Training pictures of each class, 0 for all; null where nothing was trained, or it is not known.
    /// </param>
    /// <param name="variant">What differs, as LOSS=l1; empty for nothing.</param>
    public static PaperScore? Find(
        Protocol protocol, string trainer, string dataset, string backbone = UsualBackbone, int? shots = null,
        string variant = "")
    {
        if (shots is not null
            && s_scores.TryGetValue((protocol, trainer, dataset, backbone, shots, variant), out PaperScore? exact))
        {
            return exact;
        }

        int usual = MethodCatalog.All.FirstOrDefault(row => row.Name == trainer)?.LearnsFrom == Supervision.Labels
            ? UsualShots
            : 0;
        return shots is null || Math.Max(0, shots.Value) == usual
            ? s_scores.GetValueOrDefault((protocol, trainer, dataset, backbone, (int?)null, variant))
            : null;
    }

    /// <summary>The data sets of a table, in the paper's order.</summary>
    public static IReadOnlyList<string> Datasets(Protocol protocol) =>
    [
        .. s_scores.Keys.Where(key => key.Item1 == protocol && key.Item4 == UsualBackbone)
            .Select(key => key.Item3).Distinct()
            .Where(dataset => dataset != Average),
    ];

    private static Dictionary<(Protocol, string, string, string, int?, string), PaperScore> Read()
    {
        using Stream stream = typeof(PaperNumbers).Assembly.GetManifestResourceStream("paper-numbers.csv")!;
        using var reader = new StreamReader(stream);
        var scores = new Dictionary<(Protocol, string, string, string, int?, string), PaperScore>();
        foreach (string line in reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            string[] cells = line.Split(',');
            Protocol protocol = cells[0] switch
            {
                "base2new" => Protocol.BaseToNovel,
                "cross" => Protocol.CrossDataset,
                "few-shot" => Protocol.FewShot,
                _ => Protocol.DomainGeneralisation,
            };
            int? shots = cells[9].Length == 0 ? null : int.Parse(cells[9], CultureInfo.InvariantCulture);
            scores[(protocol, cells[2], cells[3], cells[8], shots, cells[10])] =
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
