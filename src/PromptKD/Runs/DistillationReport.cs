using PromptKD.Data.Pictures;
using PromptKD.Evaluation;
using PromptKD.Runtime;
using PromptKD.Training;

namespace PromptKD.Runs;

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
    /// <summary>Pictures beside those that were learned from, that could not be read, with the reason.</summary>
    public IReadOnlyList<SkippedPicture> Skipped { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of(Skipped);

    /// <summary>One record an epoch, in order.</summary>
    public IReadOnlyList<EpochRecord> Epochs { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of(Epochs);

    /// <summary>The classes, in label order: what numbers of classes in here mean.</summary>
    public IReadOnlyList<string> ClassNames { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of<string>([]);

    /// <summary>What a start on stored features came to, before the first epoch; null where there was none.</summary>
    public EpochRecord? Start { get; init; }

    /// <summary>
    /// Accuracies of each of several teachers there, in order; null for one whose features are stored. Empty for one
    /// teacher, or without a validation folder.
    /// </summary>
    public IReadOnlyList<BaseNovelResult?> EachTeacher { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of<BaseNovelResult?>([]);

    /// <summary>
    /// Accuracies of the student's CLIP there as it came, by its own text tower; null where that was not measured.
    /// </summary>
    public BaseNovelResult? Untrained { get; init; }

    /// <summary>Teacher and student on pictures that were held out; null where none were.</summary>
    public HeldOutComparison? HeldOut { get; init; }

    /// <summary>What the student's probabilities are divided by; null where nothing decided it.</summary>
    public Calibration? Calibration { get; init; }

    /// <summary>What the guard said of the run.</summary>
    public IReadOnlyList<RunNotice> Notices { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of<RunNotice>([]);

    /// <summary>Files beside the pictures that are of no kind that is read, or hidden, by kind.</summary>
    public IReadOnlyDictionary<string, int> LeftOut { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of<string, int>(new Dictionary<string, int>());
}
