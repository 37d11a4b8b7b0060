using System.Globalization;

namespace PromptKD.Reporting;

/// <summary>Lays runs out as the paper's ablations do: row by row, each beside the paper's.</summary>
internal static class AblationSections
{
    private const string Nothing = "–";

    /// <summary>A section for each ablation and data set of which two rows or more are there.</summary>
    public static IEnumerable<ReportSection> Of(IReadOnlyList<ScoreTable> tables) =>
        from ablation in Ablation.All
        from dataset in tables.SelectMany(table => table.Rows).Select(row => row.Dataset).Distinct()
        let rows = ablation.Rows.SelectMany(row => Find(tables, row, dataset).Select(found => (Row: row, Found: found))).ToArray()
        where rows.Length > 1
        select Section(ablation, dataset, rows);

    private static IEnumerable<ScoreRow> Find(IReadOnlyList<ScoreTable> tables, AblationRow row, string dataset) =>
        tables.Where(table => table is { Protocol: Protocol.BaseToNovel, Trainer: "PromptKD" }
                && (table.Variant, table.Backbone, table.Shots ?? 0) == (row.Variant, row.Backbone, row.Shots))
            .SelectMany(table => table.Rows)
            .Where(found => found.Dataset == dataset && found.HarmonicMean is not null);

    private static ReportSection Section(Ablation ablation, string dataset, (AblationRow Row, ScoreRow Found)[] rows) => new(
        $"{ablation.Source}, {ablation.Title}: {dataset}",
        [ablation.Title, "base", "new", "HM", "paper base", "paper new", "paper HM", "HM − paper", "seeds"],
        [
            .. rows.Select(one => new[]
            {
                one.Row.Name, Show(one.Found.Base?.Mean), Show(one.Found.Novel?.Mean), Show(one.Found.HarmonicMean),
                Show(one.Found.Paper?.Base), Show(one.Found.Paper?.Novel), Show(one.Found.Paper?.HarmonicMean),
                Difference(one.Found.HarmonicMean, one.Found.Paper?.HarmonicMean),
                string.Join(", ", one.Found.Seeds.Select(seed => seed.Seed.ToString(CultureInfo.InvariantCulture))),
            }),
        ],
        [
            .. rows.Where(one => one.Found.Paper is null)
                .Select(one => $"{one.Row.Name}: the paper has nothing to compare it with."),
        ],
        ablation.IsCurve ? [] : [.. rows.Select(one => Bar(one.Row, one.Found))])
    {
        Curve = ablation.IsCurve ? [.. rows.Select(one => Bar(one.Row, one.Found))] : [],
    };

    private static ReportBar Bar(AblationRow row, ScoreRow found) =>
        new(row.Name, found.HarmonicMean!.Value, found.Paper?.HarmonicMean);

    private static string Show(double? value) =>
        value is { } number ? number.ToString("0.00", CultureInfo.InvariantCulture) : Nothing;

    private static string Difference(double? ours, double? paper) => ours is { } value && paper is { } theirs
        ? string.Create(CultureInfo.InvariantCulture, $"{value - theirs:+0.00;−0.00;0.00}")
        : Nothing;
}
