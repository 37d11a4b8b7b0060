using PromptKD.Data.Pictures;
using PromptKD.Evaluation;
using PromptKD.Runtime;
using PromptKD.Training;

namespace PromptKD.Runs;

/// <summary>What <see cref="Experiment.Train"/> did.</summary>
/// <param name="OutputFolder">The folder of the run.</param>
/// <param name="Result">What it came to; null with NoTrain.</param>
/// <param name="Epochs">One record an epoch that was trained, in order.</param>
/// <param name="Skipped">Training pictures that could not be read, with the reason.</param>
public sealed record TrainingReport(
    string OutputFolder,
    TrainingResult? Result,
    IReadOnlyList<EpochRecord> Epochs,
    IReadOnlyList<SkippedPicture> Skipped)
{
    /// <summary>One record an epoch that was trained, in order.</summary>
    public IReadOnlyList<EpochRecord> Epochs { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of(Epochs);

    /// <summary>Training pictures that could not be read, with the reason.</summary>
    public IReadOnlyList<SkippedPicture> Skipped { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of(Skipped);

    /// <summary>
    /// Files beside the pictures that are of no kind that is read, by kind, where the folders of the data set are
    /// listed.
    /// </summary>
    public IReadOnlyDictionary<string, int> LeftOut { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of<string, int>(new Dictionary<string, int>());
}
