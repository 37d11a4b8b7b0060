using PromptKD.Runtime;
using PromptKD.Runtime.Remote;

namespace PromptKD.Inference.Predictions;

/// <summary>What to classify, and where the answers go.</summary>
public sealed record PredictionRequest
{
    /// <summary>Pictures, folders of pictures, and shards.</summary>
    public required IReadOnlyList<string> Pictures
    {
        get;
        init => field = ValueEquality.Of<string>([.. value.Select(RemoteAddress.WithoutQuery)]);
    }

    /// <summary>How many classes to give for each picture, the most probable first.</summary>
    public int Top { get; init; } = 1;

    /// <summary>
    /// Probability, 0–1, below which the most probable class is no answer; null to answer always.
    /// </summary>
    public double? Threshold { get; init; }

    /// <summary>
    /// Whether a picture may belong to no class: where the best one fits worse than the package says it has to.
    /// </summary>
    public bool NoneOfThese { get; init; }

    /// <summary>How answers are written; null for what the name of the file says, without a file for people.</summary>
    public PredictionFormat? Format { get; init; }

    /// <summary>The file that receives the answers, whole or not at all; null for none.</summary>
    public string? Output { get; init; }

    /// <summary>The folder that receives the pictures, in a folder for each class; null for none.</summary>
    public string? SortInto { get; init; }

    /// <summary>Whether <see cref="SortInto"/> receives links to the pictures in place of copies.</summary>
    public bool AsLinks { get; init; }
}
