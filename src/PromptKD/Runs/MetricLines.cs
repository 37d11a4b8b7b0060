using PromptKD.Evaluation;
using PromptKD.Training;

namespace PromptKD.Runs;

/// <summary>The lines of <c>metrics.jsonl</c>: one an epoch, and one a measurement of a model.</summary>
internal static class MetricLines
{
    private const string Untrained = "untrained";

    /// <param name="history">The epochs so far.</param>
    /// <param name="baselines">What was measured before the first epoch.</param>
    /// <param name="start">What a start before the first epoch came to; null where there was none.</param>
    /// <param name="notices">What the guard says of the run.</param>
    public static IEnumerable<MetricLine> Of(
        IReadOnlyList<EpochRecord> history,
        Baselines baselines,
        EpochRecord? start = null,
        IReadOnlyList<RunNotice>? notices = null)
    {
        IEnumerable<MetricLine?> lines =
        [
            .. OfBaselines(baselines),
            .. history.Prepend(start).OfType<EpochRecord>().SelectMany(epoch => Of(epoch, isStart: epoch == start)),
            .. (notices ?? [])
                .Select(notice => new NoticeLine(notice.Code, notice.Epoch, notice.Message, notice.Holds)),
        ];
        return lines.OfType<MetricLine>();
    }

    private static IEnumerable<MetricLine?> OfBaselines(Baselines baselines) =>
    [
        .. (baselines.Teacher?.Each ?? []).Select((result, index) => Validation($"teacher {index + 1}", null, result)),
        Validation("teacher", null, baselines.Teacher?.Combined),
        Validation(Untrained, null, baselines.Untrained),
        OfTeacher(baselines.HeldOutTeacher),
        HeldOut(Untrained, null, baselines.HeldOutUntrained),
    ];

    private static IEnumerable<MetricLine?> Of(EpochRecord epoch, bool isStart) =>
    [
        new EpochLine(
            isStart ? "start" : "epoch", epoch.Epoch, epoch.Loss, epoch.Agreement, epoch.LearningRate, epoch.Pictures),
        Validation("student", isStart ? 0 : epoch.Epoch, epoch.Validation),
        HeldOut("student", isStart ? 0 : epoch.Epoch, epoch.HeldOut),
    ];

    private static ValidationLine? Validation(string model, int? epoch, BaseNovelResult? result) => result is null
        ? null
        : new ValidationLine(
            model, epoch, result.All, result.Base, result.Novel, result.HarmonicMean, result.MacroF1, result.Pictures);

    private static TeacherLine? OfTeacher(HeldOutTeacher? teacher) => teacher is null
        ? null
        : new TeacherLine(
            teacher.Majority,
            teacher.MajorityShare,
            teacher.ClassesNamed,
            teacher.ClassesUsed,
            teacher.Confidence,
            teacher.Information,
            teacher.Pictures);

    private static HeldOutLine? HeldOut(string model, int? epoch, HeldOutResult? result) => result is null
        ? null
        : new HeldOutLine(
            model,
            epoch,
            result.Agreement,
            result.Divergence,
            result.MajorityShare,
            result.ClassesNamed,
            result.ClassesUsed,
            result.FeatureSpread,
            result.Pictures);
}
