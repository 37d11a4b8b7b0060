using PromptKD.Evaluation;
using PromptKD.Runtime;

namespace PromptKD.Reporting;

/// <summary>What one seed of one method came to on one data set. Accuracies are in percent.</summary>
public sealed record RunOutcome
{
    // Of a tenth of a percent, and what it takes to write that in binary.
    private const double HalfOfPrinted = 0.05 + 1e-9;

    /// <summary>How it was measured.</summary>
    public required Protocol Protocol { get; init; }

    /// <summary>The method, as TRAINER.NAME spells it.</summary>
    public required string Trainer { get; init; }

    /// <summary>The data set, as DATASET.NAME spells it.</summary>
    public required string Dataset { get; init; }

    /// <summary>MODEL.BACKBONE.NAME: the CLIP that is prompted, of PromptKD the student.</summary>
    public string Backbone { get; init; } = PaperNumbers.UsualBackbone;

    /// <summary>
    /// Training pictures of each class, 0 for all; null where nothing was trained in that folder, or it is not known.
    /// </summary>
    public int? Shots { get; init; }

    /// <summary>
    /// DATASET.NUM_SHOTS as the settings of a folder say it, where something was trained there or not; null where they
    /// do not.
    /// </summary>
    internal int? SaidShots { get; init; }

    /// <summary>Name of the trainer's file, without its extension; empty where it is not known.</summary>
    public string Configuration { get; init; } = "";

    /// <summary>
    /// What differs from the paper's tables, as <see cref="TrainingResult.Variant"/>; empty for nothing, and
    /// <see cref="UnknownVariant"/> where a file does not say it.
    /// </summary>
    public string Variant { get; init; } = "";

    /// <summary><see cref="Variant"/> of a result that was written before it was kept.</summary>
    public const string UnknownVariant = "SETTINGS=unknown";

    /// <summary>The run's seed.</summary>
    public required int Seed { get; init; }

    /// <summary>Accuracy among the base classes; null outside of base-to-new, or where it is not known yet.</summary>
    public double? Base { get; init; }

    /// <summary>Accuracy among the new classes; null as <see cref="Base"/>.</summary>
    public double? Novel { get; init; }

    /// <summary>Accuracy among all classes; null in base-to-new.</summary>
    public double? Accuracy { get; init; }

    /// <summary>How the epoch was chosen, in words.</summary>
    public required string Selection { get; init; }

    /// <summary>The folders that say so.</summary>
    public required IReadOnlyList<string> Folders { get; init => field = ValueEquality.Of(value); }

    /// <summary>Whether a log says so, which has one decimal of a percent.</summary>
    internal bool IsRounded { get; init; }

    /// <summary>
    /// Whether another run says the same of the same thing, as far as both are exact: an evaluation that was repeated.
    /// </summary>
    internal bool SaysTheSameAs(RunOutcome other)
    {
        double apart = IsRounded || other.IsRounded ? HalfOfPrinted : 0;
        return AreAlike(Base, other.Base, apart)
            && AreAlike(Novel, other.Novel, apart)
            && AreAlike(Accuracy, other.Accuracy, apart);
    }

    /// <summary>2·base·novel / (base + novel); null without both.</summary>
    public double? HarmonicMean => Base is { } known && Novel is { } unseen
        ? ClassificationMetrics.HarmonicMean(known, unseen)
        : null;

    private static bool AreAlike(double? one, double? other, double apart) =>
        one == other || (one is { } first && other is { } second && Math.Abs(first - second) <= apart);
}
