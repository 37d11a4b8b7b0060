using System.Globalization;
using PromptKD.Evaluation;

namespace PromptKD.Reporting;

/// <summary>Lays score tables out: numbers beside the paper's, and the difference.</summary>
public static class ReportSections
{
    private const string Nothing = "–";

    /// <summary>
    /// A section for each table, one that compares the methods of a protocol where there are several, and one for each
    /// ablation: first where all finished runs belong to ablations, else last.
    /// </summary>
    public static IReadOnlyList<ReportSection> Of(IReadOnlyList<ScoreTable> tables)
    {
        IReadOnlyList<ReportSection> ablations = AblationSections.Of(tables, out bool areAll);
        ReportSection[] others =
        [
            .. tables.Select(table => table.Protocol == Protocol.BaseToNovel ? BaseToNovel(table) : OneAccuracy(table)),
            .. tables.GroupBy(table => table.Protocol).Where(group => group.Count() > 1)
                .Select(group => Methods(group.Key, [.. group])),
        ];
        return areAll ? [.. ablations, .. others] : [.. others, .. ablations];
    }

    private static ReportSection BaseToNovel(ScoreTable table)
    {
        IEnumerable<IReadOnlyList<string>> rows = table.Rows.Select(row => new[]
        {
            row.Dataset, Show(row.Base), Show(row.Novel), HarmonicMean(row),
            Show(row.Paper?.Base), Show(row.Paper?.Novel), Show(row.Paper?.HarmonicMean),
            Difference(row.HarmonicMean, row.Paper?.HarmonicMean), Seeds(row), row.Selection,
        });
        (double? paperBase, double? paperNovel, double? paperMean) = PaperAverages(table);
        string[] average =
        [
            "**average**", Show(table.MeanBase), Show(table.MeanNovel), Show(table.HarmonicMeanOfMeans),
            Show(paperBase), Show(paperNovel), Show(paperMean), Difference(table.HarmonicMeanOfMeans, paperMean),
            "", "",
        ];
        return new ReportSection(
            $"{table.Name}, base to new",
            ["data set", "base", "new", "HM", "paper base", "paper new", "paper HM", "HM − paper", "seeds", "epoch"],
            [.. rows, average],
            [.. AverageNotes(table), .. IncompleteNotes(table)],
            [
                .. table.Rows.Where(row => row.HarmonicMean is not null)
                    .Select(row => new ReportBar(row.Dataset, row.HarmonicMean!.Value, row.Paper?.HarmonicMean)),
            ]);
    }

    private static ReportSection OneAccuracy(ScoreTable table)
    {
        IEnumerable<IReadOnlyList<string>> rows = table.Rows.Select(row => new[]
        {
            row.Dataset, Show(row.Accuracy), Show(row.Paper?.Accuracy),
            Difference(row.Accuracy?.Mean, row.Paper?.Accuracy), Seeds(row), row.Selection,
        });
        double? paper = PaperAccuracy(table);
        string[] average =
            ["**average**", Show(table.MeanAccuracy), Show(paper), Difference(table.MeanAccuracy, paper), "", ""];
        string kind = table.Protocol switch
        {
            Protocol.CrossDataset => "cross-dataset",
            Protocol.FewShot => "few-shot",
            _ => "domain generalisation",
        };
        return new ReportSection(
            $"{table.Name}, {kind}",
            ["data set", "accuracy", "paper", "− paper", "seeds", "epoch"],
            [.. rows, average],
            [.. PartNotes(table), .. IncompleteNotes(table)],
            [
                .. table.Rows.Where(row => row.Accuracy is not null)
                    .Select(row => new ReportBar(row.Dataset, row.Accuracy!.Mean, row.Paper?.Accuracy)),
            ]);
    }

    private static ReportSection Methods(Protocol protocol, IReadOnlyList<ScoreTable> tables)
    {
        bool split = protocol == Protocol.BaseToNovel;
        IEnumerable<IReadOnlyList<string>> rows =
            from dataset in tables.SelectMany(table => table.Rows.Select(row => row.Dataset)).Distinct()
            from table in tables
            let row = table.Rows.FirstOrDefault(row => row.Dataset == dataset)
            where row is not null
            select split
                ? new[]
                {
                    dataset, table.Name, Show(row.Base), Show(row.Novel),
                    HarmonicMean(row), Show(row.Paper?.HarmonicMean),
                }
                : [dataset, table.Name, Show(row.Accuracy), Show(row.Paper?.Accuracy)];
        return new ReportSection(
            "Methods side by side",
            split
                ? ["data set", "method", "base", "new", "HM", "paper HM"]
                : ["data set", "method", "accuracy", "paper"],
            [.. rows],
            [],
            []);
    }

    private static IEnumerable<string> AverageNotes(ScoreTable table)
    {
        yield return "± is the standard deviation over seeds (of the population). A data set's HM is that of its mean "
            + "base and mean new accuracy.";
        if (table.HarmonicMeanOfMeans is { } ofMeans && table.MeanOfHarmonicMeans is { } meanOf)
        {
            yield return $"The average's HM is the HM of the means, {Show(ofMeans)}, as in the paper; the mean of the "
                + $"data sets' HMs is {Show(meanOf)}.";
        }

        foreach (string note in PartNotes(table))
        {
            yield return note;
        }
    }

    private static IEnumerable<string> PartNotes(ScoreTable table)
    {
        if (table.Variant.Contains(RunOutcome.UnknownVariant, StringComparison.Ordinal))
        {
            yield return "With which settings these runs learned is not known: their result.json was written before it "
                + "said so. No number of the paper stands beside them.";
            yield break;
        }

        if (table.Rows.All(row => row.Paper is null))
        {
            yield return "The paper has nothing to compare these runs with: no table of this method, backbone, number "
                + $"of pictures and protocol{(table.Variant.Length > 0 ? $", with {table.Variant}" : "")}.";
            yield break;
        }

        string[] sources = [.. table.Rows.Select(row => row.Paper?.Table).OfType<string>().Distinct()];
        yield return $"The paper's numbers are those of its {string.Join(" and ", sources)}.";
        int whole = PaperNumbers.Datasets(table.Protocol).Count;
        if (!table.IsWholeTable)
        {
            yield return $"The averages are over {Count(table.Rows.Count, "data set")}, the paper's table has {whole}; "
                + "what stands beside them is the paper's average over the same ones.";
        }
        else if (table.AveragedRows.Count < table.Rows.Count)
        {
            yield return $"The averages are over the paper's {whole} data sets, without "
                + $"{string.Join(", ", table.Rows.Except(table.AveragedRows).Select(row => row.Dataset))}.";
        }
    }

    private static IEnumerable<string> IncompleteNotes(ScoreTable table) =>
        from row in table.Rows
        from seed in row.Seeds
        where seed.HarmonicMean is null && seed.Accuracy is null
        let missing = seed.Base is null ? "base" : "new"
        select $"{row.Dataset}, seed {seed.Seed}: no {missing} accuracy in {string.Join(", ", seed.Folders)}.";

    private static (double? Base, double? Novel, double? HarmonicMean) PaperAverages(ScoreTable table)
    {
        if (table.IsWholeTable)
        {
            return (table.Paper?.Base, table.Paper?.Novel, table.Paper?.HarmonicMean);
        }

        PaperScore?[] rows = [.. table.Rows.Select(row => row.Paper)];
        if (rows.Length == 0 || rows.Any(row => row?.Base is null))
        {
            return (null, null, null);
        }

        double known = rows.Average(row => row!.Base!.Value);
        double unseen = rows.Average(row => row!.Novel!.Value);
        return (known, unseen, ClassificationMetrics.HarmonicMean(known, unseen));
    }

    private static double? PaperAccuracy(ScoreTable table)
    {
        PaperScore?[] rows = [.. table.Rows.Select(row => row.Paper)];
        bool known = rows.Length > 0 && rows.All(row => row?.Accuracy is not null);
        return table.IsWholeTable ? table.Paper?.Accuracy : known ? rows.Average(row => row!.Accuracy!.Value) : null;
    }

    private static string Seeds(ScoreRow row) =>
        string.Join(", ", row.Seeds.Select(seed => seed.Seed.ToString(CultureInfo.InvariantCulture)));

    private static string Count(int count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");

    private static string HarmonicMean(ScoreRow row) =>
        Show(row.HarmonicMean, row.HarmonicMeanOfSeeds is { Values.Count: > 1 } seeds ? seeds.StandardDeviation : null);

    private static string Show(SeedStatistics? statistics) =>
        statistics is null
            ? Nothing
            : Show(statistics.Mean, statistics.Values.Count > 1 ? statistics.StandardDeviation : null);

    private static string Show(double? value, double? deviation = null) => (value, deviation) switch
    {
        (null, _) => Nothing,
        ({ } number, null) => string.Create(CultureInfo.InvariantCulture, $"{number:0.00}"),
        ({ } number, { } spread) => string.Create(CultureInfo.InvariantCulture, $"{number:0.00} ± {spread:0.00}"),
    };

    private static string Difference(double? ours, double? paper) => ours is { } value && paper is { } theirs
        ? string.Create(CultureInfo.InvariantCulture, $"{value - theirs:+0.00;−0.00;0.00}")
        : Nothing;
}
