using PromptKD.Evaluation;

namespace PromptKD.Training;

/// <summary>What one epoch came to: a line of <c>metrics.jsonl</c>.</summary>
public sealed record EpochRecord
{
    /// <summary>Counted from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Mean loss of a picture, weighted as it was trained.</summary>
    public required double Loss { get; init; }

    /// <summary>Share of training pictures whose best class is the one asked for, 0–1.</summary>
    public required double Agreement { get; init; }

    /// <summary>Learning rate of this epoch.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Pictures learned from.</summary>
    public required long Pictures { get; init; }

    /// <summary>Accuracies on the validation folder after this epoch; null without one.</summary>
    public BaseNovelResult? Validation { get; init; }

    /// <summary>What the student makes of held-out pictures after this epoch; null where none are held out.</summary>
    public HeldOutResult? HeldOut { get; init; }
}
