using PromptKD.Evaluation;
using PromptKD.Runtime;

namespace PromptKD.Reporting;

/// <summary>The seeds of one method on one data set.</summary>
public sealed record ScoreRow
{
    internal ScoreRow(IReadOnlyList<RunOutcome> seeds) => Seeds = ValueEquality.Of(seeds);

    /// <summary>One outcome a seed, in the order of the seeds.</summary>
    public IReadOnlyList<RunOutcome> Seeds { get; }

    /// <summary>The data set.</summary>
    public string Dataset => Seeds[0].Dataset;

    /// <summary>Base accuracy over seeds.</summary>
    public SeedStatistics? Base => SeedStatistics.Of(Seeds.Select(seed => seed.Base));

    /// <summary>New accuracy over seeds.</summary>
    public SeedStatistics? Novel => SeedStatistics.Of(Seeds.Select(seed => seed.Novel));

    /// <summary>Accuracy among all classes over seeds.</summary>
    public SeedStatistics? Accuracy => SeedStatistics.Of(Seeds.Select(seed => seed.Accuracy));

    /// <summary>The harmonic mean of the mean base and the mean new accuracy, as the paper's tables have it.</summary>
    public double? HarmonicMean => Base is { } known && Novel is { } unseen
        ? ClassificationMetrics.HarmonicMean(known.Mean, unseen.Mean)
        : null;

    /// <summary>Mean and deviation of the seeds' own harmonic means.</summary>
    public SeedStatistics? HarmonicMeanOfSeeds => SeedStatistics.Of(Seeds.Select(seed => seed.HarmonicMean));

    /// <summary>What the paper prints of it; null where it does not.</summary>
    public PaperScore? Paper =>
        PaperNumbers.Find(
            Seeds[0].Protocol, Seeds[0].Trainer, Dataset, Seeds[0].Backbone, Seeds[0].Shots, Seeds[0].Variant);

    /// <summary>Whether every seed has all its accuracies.</summary>
    public bool IsComplete => Seeds.All(seed => seed.HarmonicMean is not null || seed.Accuracy is not null);

    /// <summary>How the epochs were chosen: once where all seeds agree.</summary>
    public string Selection => string.Join("; ", Seeds.Select(seed => seed.Selection).Distinct());
}
