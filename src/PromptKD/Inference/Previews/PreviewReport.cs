using PromptKD.Data.Pictures;
using PromptKD.Runtime;

namespace PromptKD.Inference.Previews;

/// <summary>What a teacher makes of unlabelled pictures.</summary>
public sealed record PreviewReport
{
    /// <summary>Pictures in the folder.</summary>
    public required int Pictures { get; init; }

    /// <summary>Those that the teacher looked at.</summary>
    public required int Sample { get; init; }

    /// <summary>Mean probability of the most probable class, 0–1; without a choice it would be 1 / classes.</summary>
    public required double Confidence { get; init; }

    /// <summary>What each sentence gives, and behind them their average; empty where there is one sentence.</summary>
    public required IReadOnlyList<SentenceResult> Sentences { get; init => field = ValueEquality.Of(value); }

    /// <summary>Each class, in label order.</summary>
    public required IReadOnlyList<PreviewedClass> Classes { get; init => field = ValueEquality.Of(value); }

    /// <summary>Names of the classes that were never the most probable one.</summary>
    public IReadOnlyList<string> NeverChosen => [.. Classes.Where(one => one.Pictures == 0).Select(one => one.Name)];

    /// <summary>Pairs of classes between which the teacher hardly decides, the most frequent first.</summary>
    public required IReadOnlyList<CloseClasses> Pairs { get; init => field = ValueEquality.Of(value); }

    /// <summary>What the teacher says of each picture, the surest first; the two most probable classes.</summary>
    public required IReadOnlyList<PicturePrediction> Answers { get; init => field = ValueEquality.Of(value); }

    /// <summary>Pictures that could not be read.</summary>
    public required IReadOnlyList<SkippedPicture> Skipped { get; init => field = ValueEquality.Of(value); }

    /// <summary>Pictures that the teacher looked at in a second, decoding included.</summary>
    public required double PicturesPerSecond { get; init; }

    /// <summary>What a distillation with this teacher is going to take; null where no student was named.</summary>
    public PreviewEstimate? Estimate { get; init; }

    /// <summary>How long the teacher would take to look at every picture of the folder once, in seconds.</summary>
    public double SecondsForAll => PicturesPerSecond > 0 ? Pictures / PicturesPerSecond : 0;
}

/// <summary>What a distillation is going to take on this machine.</summary>
/// <param name="Recipe">Its recipe.</param>
/// <param name="Phases">What takes time, in order.</param>
/// <param name="Seconds">All of it.</param>
/// <param name="MemoryBytes">Memory in use at most; null where the system does not say.</param>
/// <param name="StoreBytes">Bytes of its stores on disk.</param>
/// <param name="Words">All that in a line.</param>
public sealed record PreviewEstimate(
    string Recipe,
    IReadOnlyList<EstimatedPhase> Phases,
    double Seconds,
    long? MemoryBytes,
    long StoreBytes,
    string Words)
{
    /// <summary>What takes time, in order.</summary>
    public IReadOnlyList<EstimatedPhase> Phases { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of(Phases);
}

/// <summary>A part of a distillation.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Seconds">How long it takes.</param>
public sealed record EstimatedPhase(string Name, double Seconds);

/// <summary>What a sentence gives.</summary>
/// <param name="Sentence">With <c>{}</c> for the name; null for the average of all.</param>
/// <param name="Confidence">Mean probability of the most probable class, 0–1.</param>
/// <param name="ClassesChosen">Classes that are the most probable one of some picture.</param>
/// <param name="Agreement">Share of the pictures whose class is the one that the average of all gives, 0–1.</param>
public sealed record SentenceResult(string? Sentence, double Confidence, int ClassesChosen, double Agreement);

/// <summary>What a teacher makes of a class.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Pictures">Pictures whose most probable class it is.</param>
/// <param name="Confidence">Mean probability of it on those, 0–1; null without any.</param>
public sealed record PreviewedClass(string Name, int Pictures, double? Confidence);

/// <summary>
/// Two classes that are the most probable ones of pictures, the second with half the probability of the first or more.
/// </summary>
/// <param name="First">The one that is named first in the list of classes.</param>
/// <param name="Second">The other.</param>
/// <param name="Pictures">How many pictures.</param>
public sealed record CloseClasses(string First, string Second, int Pictures);
