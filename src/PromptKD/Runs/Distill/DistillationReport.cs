using PromptKD.Data.Pictures;
using PromptKD.Evaluation;
using PromptKD.Training;

namespace PromptKD.Runs.Distill;

/// <summary>What a distillation came to.</summary>
/// <param name="StudentFolder">The deployable package.</param>
/// <param name="Pictures">Unlabelled pictures that were learned from.</param>
/// <param name="Skipped">Pictures beside those, that could not be read, with the reason.</param>
/// <param name="Epochs">One record an epoch, in order.</param>
/// <param name="Teacher">
/// Accuracies of the teacher on the validation folder, of several combined; null without one.
/// </param>
/// <param name="Student">Accuracies of the student there, after the last epoch; null without one.</param>
public sealed record DistillationReport(
    string StudentFolder,
    int Pictures,
    IReadOnlyList<SkippedPicture> Skipped,
    IReadOnlyList<EpochRecord> Epochs,
    BaseNovelResult? Teacher,
    BaseNovelResult? Student)
{
    /// <summary>What a start on stored features came to, before the first epoch; null where there was none.</summary>
    public EpochRecord? Start { get; init; }

    /// <summary>
    /// Accuracies of each of several teachers there, in order; null for one whose features are stored. Empty for one
    /// teacher, or without a validation folder.
    /// </summary>
    public IReadOnlyList<BaseNovelResult?> EachTeacher { get; init; } = [];

    /// <summary>Files beside the pictures that are of no kind that is read, or hidden, by kind.</summary>
    public IReadOnlyDictionary<string, int> LeftOut { get; init; } = new Dictionary<string, int>();
}
