using PromptKD.Evaluation;
using PromptKD.Runtime;

namespace PromptKD.Reporting;

/// <summary>All data sets of one method under one protocol.</summary>
/// <param name="Protocol">How they were measured.</param>
/// <param name="Trainer">The method.</param>
/// <param name="Rows">One a data set: those of the paper's table in its order, then others by name.</param>
public sealed record ScoreTable(Protocol Protocol, string Trainer, IReadOnlyList<ScoreRow> Rows)
{
    /// <summary>One a data set: those of the paper's table in its order, then others by name.</summary>
    public IReadOnlyList<ScoreRow> Rows { get; init => field = ValueEquality.Of(value); } = ValueEquality.Of(Rows);

    /// <summary>MODEL.BACKBONE.NAME of all runs.</summary>
    public string Backbone { get; init; } = PaperNumbers.UsualBackbone;

    /// <summary>
    /// Training pictures of each class, 0 for all; null where nothing was trained, or it is not known.
    /// </summary>
    public int? Shots { get; init; }

    /// <summary>What differs from the paper's tables; empty for nothing.</summary>
    public string Variant { get; init; } = "";

    /// <summary>What tells it from the other tables of its protocol: the method, and what else is needed.</summary>
    public string Name { get; init; } = Trainer;

    /// <summary>
    /// The rows that averages are over: those of the paper's table where all of them are here, else all rows.
    /// </summary>
    public IReadOnlyList<ScoreRow> AveragedRows =>
        IsWholeTable ? [.. Rows.Where(row => PaperNumbers.Datasets(Protocol).Contains(row.Dataset))] : Rows;

    /// <summary>Mean over data sets of the means over seeds.</summary>
    public double? MeanBase => MeanOf(row => row.Base);

    /// <summary>Mean over data sets of the means over seeds.</summary>
    public double? MeanNovel => MeanOf(row => row.Novel);

    /// <summary>Mean over data sets of the means over seeds.</summary>
    public double? MeanAccuracy => MeanOf(row => row.Accuracy);

    /// <summary>
    /// The harmonic mean of <see cref="MeanBase"/> and <see cref="MeanNovel"/>: what the paper prints.
    /// </summary>
    public double? HarmonicMeanOfMeans => MeanBase is { } known && MeanNovel is { } unseen
        ? ClassificationMetrics.HarmonicMean(known, unseen)
        : null;

    /// <summary>The mean of the data sets' harmonic means, which is a little lower.</summary>
    public double? MeanOfHarmonicMeans =>
        AveragedRows.All(row => row.HarmonicMean is not null)
            ? AveragedRows.Average(row => row.HarmonicMean!.Value)
            : null;

    /// <summary>What the paper prints as the average of all its data sets.</summary>
    public PaperScore? Paper =>
        PaperNumbers.Find(Protocol, Trainer, PaperNumbers.Average, Backbone, Shots, Variant);

    /// <summary>Whether all data sets of the paper's table are here, so that the averages compare.</summary>
    public bool IsWholeTable => PaperNumbers.Datasets(Protocol) is { Count: > 0 } all
        && all.All(dataset => Rows.Any(row => row.Dataset == dataset && row.IsComplete));

    /// <summary>Sorts outcomes into tables: by protocol, method, backbone, shots, configuration and variant.</summary>
    /// <param name="outcomes">What was measured, each of its own seed.</param>
    public static IReadOnlyList<ScoreTable> From(IEnumerable<RunOutcome> outcomes)
    {
        IGrouping<RunKey, RunOutcome>[] groups =
        [
            .. outcomes.GroupBy(RunKey.Of)
                .OrderBy(group => group.Key.Protocol)
                .ThenBy(group => group.Key.Trainer, StringComparer.Ordinal)
                .ThenBy(group => group.Key.Backbone, StringComparer.Ordinal)
                .ThenBy(group => group.Key.Shots)
                .ThenBy(group => group.Key.Configuration, StringComparer.Ordinal)
                .ThenBy(group => group.Key.Variant, StringComparer.Ordinal),
        ];
        RunKey[] all = [.. groups.Select(group => group.Key)];
        return
        [
            .. groups.Select(group => new ScoreTable(
                group.Key.Protocol, group.Key.Trainer, RowsOf(group.Key.Protocol, group))
            {
                Backbone = group.Key.Backbone,
                Shots = group.Key.Shots,
                Variant = group.Key.Variant,
                Name = group.Key.NameAmong(all),
            }),
        ];
    }

    private static IReadOnlyList<ScoreRow> RowsOf(Protocol protocol, IEnumerable<RunOutcome> outcomes)
    {
        IReadOnlyList<string> order = PaperNumbers.Datasets(protocol);
        return
        [
            .. outcomes.GroupBy(outcome => outcome.Dataset)
                .OrderBy(group => order.Contains(group.Key) ? order.ToList().IndexOf(group.Key) : order.Count)
                .ThenBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => new ScoreRow([.. group.OrderBy(outcome => outcome.Seed)])),
        ];
    }

    private double? MeanOf(Func<ScoreRow, SeedStatistics?> column)
    {
        SeedStatistics?[] values = [.. AveragedRows.Select(column)];
        return values.Length == 0 || values.Contains(null) ? null : values.Average(value => value!.Mean);
    }
}
