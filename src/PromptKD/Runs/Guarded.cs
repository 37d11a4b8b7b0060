using PromptKD.Configuration;
using PromptKD.Evaluation;
using PromptKD.Training;

namespace PromptKD.Runs;

/// <summary>A run as the guard sees it.</summary>
internal static class Guarded
{
    /// <param name="run">The run.</param>
    /// <param name="start">
    /// What a start before the first epoch came to; null where there was none, or before it.
    /// </param>
    /// <param name="passes">Its passes, once it is over.</param>
    /// <param name="teacher">What the teacher makes of held-out pictures; null where none are held out.</param>
    /// <param name="untrained">What the student's CLIP makes of them as it comes; null where that is not known.</param>
    public static GuardedRun Of(
        OpenRun run,
        EpochRecord? start = null,
        IReadOnlyList<EpochRecord>? passes = null,
        HeldOutTeacher? teacher = null,
        HeldOutResult? untrained = null)
    {
        ExperimentConfig config = run.Settings.Config;
        OptimConfig optim = config.Optim;
        StartConfig first = run.Settings.StartsOnFeatures ? config.Distill.Start : new StartConfig();
        var schedule = new LearningRateSchedule(optim);
        return new GuardedRun
        {
            Rates = [.. Enumerable.Range(0, optim.MaxEpoch).Select(schedule.Rate)],
            LearningRate = optim.Lr,
            ClassNames = run.Settings.ClassNames,
            Teacher = teacher,
            Untrained = untrained,
            Start = start,
            StartRates =
            [
                .. Enumerable.Range(0, first.Epochs).Select(new LearningRateSchedule(CachedStart.Rates(first)).Rate),
            ],
            StartLearningRate = first.Lr,
            Passes = start is null || first.Ridge > 0 || config.Model.InitWeights.Length > 0 ? [] : passes ?? [],
        };
    }

    /// <summary>What the guard says of a run that held nothing out, at its end.</summary>
    /// <param name="run">The run.</param>
    /// <param name="history">Its epochs.</param>
    public static IReadOnlyList<RunNotice> Look(OpenRun run, IReadOnlyList<EpochRecord> history) =>
        [.. Guard.Look(Of(run), history).Where(notice => notice.Holds)];

    /// <summary>What the guard says of a teacher that was taught.</summary>
    /// <param name="run">The run.</param>
    /// <param name="history">Its epochs.</param>
    /// <param name="report">What it came to.</param>
    public static IReadOnlyList<RunNotice> Look(
        OpenRun run, IReadOnlyList<EpochRecord> history, TeachingReport report) =>
    [
        .. Look(run, history),
        .. new[] { TaughtGuard.FindWorse(report.ZeroShot, report.Taught, history.Count) }.OfType<RunNotice>(),
    ];
}
