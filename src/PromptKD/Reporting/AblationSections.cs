using System.Globalization;

namespace PromptKD.Reporting;

/// <summary>Lays runs out as the paper's ablations do: row by row, each beside the paper's.</summary>
internal static class AblationSections
{
    private const string Nothing = "–";

    /// <summary>
    /// A section for each ablation of which there are two rows or more that differ in nothing else: runs of the same
    /// data set, and of the same of what the ablation does not exchange.
    /// </summary>
    /// <param name="tables">Of all runs.</param>
    /// <param name="areAll">
    /// Whether every number of them stands in one of the sections: they were made for them.
    /// </param>
    public static IReadOnlyList<ReportSection> Of(IReadOnlyList<ScoreTable> tables, out bool areAll)
    {
        (Ablation Ablation, string Dataset, string Common, FoundRow[] Rows)[] found =
        [
            .. from ablation in Ablation.All
               from same in Match(ablation, tables).GroupBy(one => (one.Score.Dataset, one.Common))
               let rows = same.OrderBy(one => one.Place).ToArray()
               where rows.Select(one => one.Place).Distinct().Count() > 1
               select (ablation, same.Key.Dataset, same.Key.Common, rows),
        ];
        var shown = found.SelectMany(one => one.Rows.Select(row => row.Score)).ToHashSet();
        areAll = shown.Count > 0 && tables.SelectMany(table => table.Rows).Where(IsWhole).All(shown.Contains);
        return [.. found.Select(one => Section(one.Ablation, one.Dataset, one.Common, one.Rows))];
    }

    // Teachers that were made for students were not tested on new classes.
    private static bool IsWhole(ScoreRow row) => row.HarmonicMean is not null || row.Accuracy is not null;

    private static IEnumerable<FoundRow> Match(Ablation ablation, IReadOnlyList<ScoreTable> tables) =>
        from table in tables
        where table is { Protocol: Protocol.BaseToNovel, Trainer: "PromptKD" }
        let place = ablation.PlaceOf(table.Variant, table.Backbone, table.Shots ?? 0)
        where place >= 0
        from row in table.Rows
        where row.HarmonicMean is not null
        select new FoundRow(
            place,
            ablation.Rows[place].Name,
            row,
            ablation.CommonOf(table.Variant, table.Backbone, table.Shots ?? 0));

    private static ReportSection Section(Ablation ablation, string dataset, string common, FoundRow[] rows) => new(
        $"{ablation.Source}, {ablation.Title}: {dataset}{(common.Length > 0 ? $" ({common})" : "")}",
        [ablation.Title, "base", "new", "HM", "paper base", "paper new", "paper HM", "HM − paper", "seeds"],
        [
            .. rows.Select(one => new[]
            {
                one.Name, Show(one.Score.Base?.Mean), Show(one.Score.Novel?.Mean), Show(one.Score.HarmonicMean),
                Show(one.Score.Paper?.Base), Show(one.Score.Paper?.Novel), Show(one.Score.Paper?.HarmonicMean),
                Difference(one.Score.HarmonicMean, one.Score.Paper?.HarmonicMean),
                string.Join(", ", one.Score.Seeds.Select(seed => seed.Seed.ToString(CultureInfo.InvariantCulture))),
            }),
        ],
        [.. Notes(ablation, rows)],
        ablation.IsCurve ? [] : [.. rows.Select(Bar)])
    {
        Curve = ablation.IsCurve ? [.. rows.Select(Bar)] : [],
    };

    private static IEnumerable<string> Notes(Ablation ablation, FoundRow[] rows)
    {
        if (rows.All(one => one.Score.Paper is null))
        {
            return
            [
                $"The paper has {ablation.Source} of ImageNet only, with its own settings: these runs have nothing to "
                + "stand beside.",
            ];
        }

        return rows.Where(one => one.Score.Paper is null)
            .Select(one => $"{one.Name}: the paper has nothing to compare it with.");
    }

    private static ReportBar Bar(FoundRow one) =>
        new(one.Name, one.Score.HarmonicMean!.Value, one.Score.Paper?.HarmonicMean);

    private static string Show(double? value) =>
        value is { } number ? number.ToString("0.00", CultureInfo.InvariantCulture) : Nothing;

    private static string Difference(double? ours, double? paper) => ours is { } value && paper is { } theirs
        ? string.Create(CultureInfo.InvariantCulture, $"{value - theirs:+0.00;−0.00;0.00}")
        : Nothing;

    /// <param name="Place">Of the ablation's row.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="Score">What the runs came to.</param>
    /// <param name="Common">What else of them is not as in the paper's usual table; empty for nothing.</param>
    private sealed record FoundRow(int Place, string Name, ScoreRow Score, string Common);
}
