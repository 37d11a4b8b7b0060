using System.Globalization;
using PromptKD.Evaluation;
using PromptKD.Export;
using PromptKD.Training;

namespace PromptKD.Runs.Distill;

/// <summary>What a distillation finds out about itself while it runs, and who is told.</summary>
/// <param name="run">The run.</param>
/// <param name="baselines">What was measured before the first step.</param>
internal sealed class DistillFindings(OpenRun run, Baselines baselines)
{
    // They are read anew where a run goes on behind them; before the start has ended, nobody asks.
    private readonly Lazy<IReadOnlyList<EpochRecord>> _passes = new(() => CachedStart.ReadPasses(run.Folder));

    /// <summary>What was measured before the first step.</summary>
    public Baselines Baselines => baselines;

    /// <summary>What a start before the first epoch came to; null where there was none, or before it.</summary>
    public EpochRecord? Start { get; private set; }

    /// <summary>What the guard says of a run that is finished.</summary>
    public static IReadOnlyList<RunNotice> Look(OpenRun run, TrainingPosition end, StudentManifest student) =>
        Guard.Look(
            Guarded.Of(
                run,
                end.Start,
                end.Start is null ? null : CachedStart.ReadPasses(run.Folder),
                student.HeldOut?.Teacher,
                student.HeldOut?.Untrained),
            end.History);

    /// <summary>Says how the student's probabilities are calibrated.</summary>
    public static void Tell(OpenRun run, Calibration? calibration) => run.Log.OnPhase(calibration switch
    {
        null => "The student's probabilities are not calibrated: no pictures decide a temperature",
        { Temperature: 1 } => Text($"Looked for a temperature on {calibration.Pictures} pictures, ")
            + Text($"by {Words(calibration)}: none that fits makes the expected calibration error of ")
            + Text($"{calibration.ErrorBefore:P1} smaller"),
        _ => Text($"Calibrated on {calibration.Pictures} pictures, to {Words(calibration)}: temperature ")
            + Text($"{calibration.Temperature:0.000}; expected calibration error {calibration.ErrorBefore:P1} before, ")
            + Text($"{calibration.ErrorAfter:P1} with it"),
    });

    /// <summary>Says what the student is held against, and what is wrong already.</summary>
    public void TellBaselines()
    {
        if (baselines.HeldOutTeacher is { } teacher)
        {
            IReadOnlyList<string> names = run.Settings.ClassNames;
            run.Log.OnPhase(Text($"Held out: the teacher uses {teacher.ClassesUsed:0.0} of {names.Count} classes; ")
                + Text(
                    $"its most frequent, '{names[teacher.Majority]}', has {teacher.MajorityShare:P1} of its answers"));
        }

        if (baselines.Untrained is not null || baselines.HeldOutUntrained is not null)
        {
            run.Log.OnPhase("The student as it comes, zero-shot: " + string.Join(
                ", ", Words(baselines.HeldOutUntrained, baselines.Untrained)));
        }

        (run.Log as DistillLog)?.DrawBaselines(baselines);
        TellNew([], known: []);
    }

    /// <summary>Draws a pass of a start.</summary>
    public void TellPass(EpochRecord pass) => (run.Log as DistillLog)?.DrawPass(pass);

    /// <summary>Takes over what a start came to.</summary>
    public void BeginBehind(EpochRecord start)
    {
        IReadOnlyList<RunNotice> known = Look([]);
        Start = start;
        Write([]);
        run.Log.OnPhase("Behind the start: " + string.Join(
            ", ", Words(start.HeldOut, start.Validation).Prepend(Text($"agreement {start.Agreement:0.000}"))));
        (run.Log as DistillLog)?.Draw(start, epoch: 0);
        TellNew([], known);
    }

    /// <summary>The lines of the metrics of a run that goes on.</summary>
    public IEnumerable<MetricLine> Restore(TrainingPosition position)
    {
        Start = position.Start;
        return MetricLines.Of(position.History, baselines, Start, Look(position.History));
    }

    /// <summary>Writes metrics and curves anew.</summary>
    /// <param name="history">The epochs so far.</param>
    public void Write(IReadOnlyList<EpochRecord> history)
    {
        run.Folder.WriteMetrics(MetricLines.Of(history, baselines, Start, Look(history)));
        run.Folder.WriteCurves(CurveTable.Of(history, baselines, Start, _passes.Value));
    }

    /// <summary>Warns of what the guard sees for the first time.</summary>
    /// <param name="history">The epochs so far, one at least.</param>
    public void TellNew(IReadOnlyList<EpochRecord> history) => TellNew(history, Look([.. history.SkipLast(1)]));

    private void TellNew(IReadOnlyList<EpochRecord> history, IReadOnlyList<RunNotice> known)
    {
        foreach (RunNotice notice in Look(history).ExceptBy(known.Select(one => one.Code), one => one.Code)
            .Where(notice => notice.Holds))
        {
            run.Log.OnWarning(notice.Message);
        }
    }

    // Passes are there once the start is over.
    private IReadOnlyList<RunNotice> Look(IReadOnlyList<EpochRecord> history) => Guard.Look(
        Guarded.Of(
            run,
            Start,
            Start is null ? null : _passes.Value,
            baselines.HeldOutTeacher,
            baselines.HeldOutUntrained),
        history);

    private static string Words(Calibration calibration) =>
        calibration.FittedTo == Calibration.Labels ? "their labels" : "the teacher's probabilities";

    private static IEnumerable<string> Words(HeldOutResult? heldOut, BaseNovelResult? validation) => new[]
    {
        heldOut is null ? null : Text($"held out {heldOut.Agreement:0.000}"),
        validation is null ? null : Text($"validation {validation.All:0.0} %"),
    }.OfType<string>();

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
