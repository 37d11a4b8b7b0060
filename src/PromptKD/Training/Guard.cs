using System.Globalization;
using PromptKD.Evaluation;
using PromptKD.Runtime;

namespace PromptKD.Training;

/// <summary>What the guard knows of a run beside its epochs.</summary>
internal sealed record GuardedRun
{
    /// <summary>Learning rate of each epoch, as planned.</summary>
    public required IReadOnlyList<double> Rates { get; init; }

    /// <summary>The learning rate that was asked for.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Class names, in label order.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>What the teacher makes of held-out pictures; null where none are held out.</summary>
    public HeldOutTeacher? Teacher { get; init; }

    /// <summary>What the student's CLIP makes of them as it comes; null where that is not known.</summary>
    public HeldOutResult? Untrained { get; init; }

    /// <summary>What a start before the first epoch came to; null where there was none, or before it.</summary>
    public EpochRecord? Start { get; init; }

    /// <summary>Learning rate of each pass of that start, as planned; none without one.</summary>
    public IReadOnlyList<double> StartRates { get; init; } = [];

    /// <summary>The learning rate that was asked for it.</summary>
    public double StartLearningRate { get; init; }

    /// <summary>
    /// Its passes, once it is over, where it began with a projector that had learned nothing; else none.
    /// </summary>
    public IReadOnlyList<EpochRecord> Passes { get; init; } = [];
}

/// <summary>
/// Sees that a run goes wrong although its loss is a number, and says so in words. What it says follows from the
/// records of the epochs alone: a run that goes on says the same.
/// </summary>
internal static class Guard
{
    // Each far from what runs that went well have shown: see docs/how-to/read-a-run.md.
    internal const double FallenLoss = 0.97;
    private const double MostMajority = 0.95;
    private const double LeastInformation = 0.01;
    private const double CollapsedClasses = 1.0 / 3;
    private const double CollapsedSpread = 0.01;
    internal const double WarmupShare = 0.1;
    internal const double LostShare = 0.03;
    private const double LeastGain = 0.03;
    internal const int FirstEpochs = 3;
    private const string GiveRate = "Give one above 0 (OPTIM.LR).";

    private static readonly (string Code, Func<GuardedRun, IReadOnlyList<EpochRecord>, string?> Find)[] s_checks =
    [
        ("noLearningRate", (run, history) => FindNoRate(run, history) ?? StartGuard.FindNoRate(run)),
        ("onlyWarmup", (run, history) => FindOnlyWarmup(run, history) ?? StartGuard.FindOnlyWarmup(run)),
        ("teacherSaysTheSame", FindSilentTeacher),
        ("lossNotFalling", (run, history) => FindFlatLoss(run, history) ?? StartGuard.FindFlatLoss(run)),
        ("answersCollapsed", FindCollapsedAnswers),
        ("featuresCollapsed", FindCollapsedFeatures),
        ("lostGround", FindLostGround),
        ("noGain", FindNoGain),
    ];

    /// <summary>Everything that was wrong at any time, in the order in which it was first seen.</summary>
    /// <param name="run">What is known of it.</param>
    /// <param name="history">Its epochs so far; none before the first.</param>
    public static IReadOnlyList<RunNotice> Look(GuardedRun run, IReadOnlyList<EpochRecord> history)
    {
        var notices = new List<RunNotice>();
        foreach ((string code, Func<GuardedRun, IReadOnlyList<EpochRecord>, string?> find) in s_checks)
        {
            string?[] found =
            [
                .. Enumerable.Range(0, history.Count + 1).Select(count => find(run, [.. history.Take(count)])),
            ];
            int first = Array.FindIndex(found, message => message is not null);
            if (first >= 0)
            {
                notices.Add(
                    new RunNotice(code, first, found.Last(message => message is not null)!, found[^1] is not null));
            }
        }

        return [.. notices.OrderBy(notice => notice.Epoch)];
    }

    private static string? FindNoRate(GuardedRun run, IReadOnlyList<EpochRecord> history) =>
        run is { Rates.Count: > 0, LearningRate: 0 }
            ? run.Rates.Max() is > 0 and var warmup
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"the learning rate is 0 behind a warm-up of {warmup:0.###e+00}: hardly anything is learned. "
                    + $"{GiveRate}")
                : $"the learning rate is 0: the epochs teach nothing. {GiveRate}"
            : null;

    private static string? FindOnlyWarmup(GuardedRun run, IReadOnlyList<EpochRecord> history) =>
        run.Rates.Count > 0 && run.Rates.Max() is > 0 and var most && most < WarmupShare * run.LearningRate
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"every epoch is one of warm-up: the learning rate is never above {most:0.###e+00}, and OPTIM.LR asks "
                + $"for {run.LearningRate:0.###e+00}. Give more epochs than OPTIM.WARMUP_EPOCH, or "
                + $"OPTIM.WARMUP_EPOCH 0.")
            : null;

    private static string? FindSilentTeacher(GuardedRun run, IReadOnlyList<EpochRecord> history) => run switch
    {
        { Teacher: null } or { ClassNames.Count: 1 } => null,
        { Teacher: { MajorityShare: > MostMajority } teacher } =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"the teacher gives one answer, '{Printable.Line(run.ClassNames[teacher.Majority])}', to "
                + $"{teacher.MajorityShare:P1} of {teacher.Pictures} held-out pictures: there is little to learn. Look "
                + $"at the class names, the templates and the pictures, or take another teacher."),
        { Teacher: { Information: < LeastInformation } teacher } =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"the teacher's probabilities hardly differ from picture to picture ({teacher.Information:0.0000} "
                + $"nats; its best class has {teacher.Confidence:P1} in the mean, of {run.ClassNames.Count} classes): "
                + $"there is little to learn. Look at the class names and the templates, or take another "
                + $"teacher."),
        _ => null,
    };

    // Behind a start the loss begins low, and need not fall.
    private static string? FindFlatLoss(GuardedRun run, IReadOnlyList<EpochRecord> history) =>
        run.Start is null
        && IsSettled(run, history)
        && history.Skip(1).Min(epoch => epoch.Loss) is var least && least > FallenLoss * history[0].Loss
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"the loss is not falling: {history[0].Loss:0.0000} in the first epoch, {least:0.0000} at its least "
                + $"since. Give a higher learning rate (OPTIM.LR) where it stands still, a lower one where it rises.")
            : null;

    private static string? FindCollapsedAnswers(GuardedRun run, IReadOnlyList<EpochRecord> history) =>
        Settled(run, history) is { } student
        && run.Teacher is { } teacher
        && (student.ClassesUsed < CollapsedClasses * teacher.ClassesUsed
            || (student.MajorityShare > MostMajority && teacher.MajorityShare < MostMajority - 0.05))
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"the student's answers have collapsed: it uses {student.ClassesUsed:0.0} classes where the teacher "
                + $"uses {teacher.ClassesUsed:0.0} (the most frequent has {student.MajorityShare:P1} of its answers). "
                + $"{LearnSlower(run, history)}")
            : null;

    // Pictures that look alike to the untrained CLIP, too, are alike.
    private static string? FindCollapsedFeatures(GuardedRun run, IReadOnlyList<EpochRecord> history) =>
        Settled(run, history) is { FeatureSpread: < CollapsedSpread and var spread }
        && !(run.Untrained?.FeatureSpread < 2 * CollapsedSpread)
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"the student's features have collapsed to one direction (spread {spread:0.0000} of 1): to it all "
                + $"pictures look alike. {LearnSlower(run, history)}")
            : null;

    private static string LearnSlower(GuardedRun run, IReadOnlyList<EpochRecord> history) =>
        run.Start is not null && history.Count == 0
            ? "Give the start a lower learning rate, or a lower loss weight (DISTILL.START.LR, KD_WEIGHT)."
            : "Give a lower learning rate or loss weight (OPTIM.LR, KD_WEIGHT)"
                + (run.Start is null ? ", or begin with a start on stored features (recipe best)." : ".");

    // One epoch may be far from those beside it while the rate is high, and the first ones from where they lead.
    private static string? FindLostGround(GuardedRun run, IReadOnlyList<EpochRecord> history)
    {
        int window = Math.Min(FirstEpochs, run.Rates.Count);
        HeldOutResult[] late = [.. history.TakeLast(window).Select(epoch => epoch.HeldOut).OfType<HeldOutResult>()];
        if (run.Start?.HeldOut is not { } start || window == 0 || late.Length < window || Settled(run, history) is null)
        {
            return null;
        }

        double now = late.Average(result => result.Agreement);
        string when = window == 1 ? "now" : $"in the last {window} epochs";
        return start.Agreement - now > Math.Max(LostShare, 2 * StandardError(start))
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"the epochs behind the start cost agreement with the teacher: {start.Agreement:P1} of held-out "
                + $"pictures before them, {now:P1} {when}. Give a lower learning rate (OPTIM.LR), or "
                + $"stop before them with the recipe fast.")
            : null;
    }

    // Asked at the end: a student begins with a random projector. Few pictures may hide a gain behind chance: it is
    // said only where chance, of two standard errors, hides none that would be worth having.
    private static string? FindNoGain(GuardedRun run, IReadOnlyList<EpochRecord> history) =>
        history.Count == run.Rates.Count
        && Last(run, history) is { } student
        && run.Untrained is { } untrained
        && student.Agreement <= untrained.Agreement
        && student.Agreement - untrained.Agreement + (2 * StandardError(student, untrained)) < LeastGain
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"nothing was gained: the student agrees with the teacher on {student.Agreement:P1} of held-out "
                + $"pictures, and as its CLIP came, untrained, on {untrained.Agreement:P1}. Give more pictures or "
                + $"epochs, or another recipe.")
            : null;

    private static HeldOutResult? Last(GuardedRun run, IReadOnlyList<EpochRecord> history) =>
        (history.Count > 0 ? history[^1] : run.Start)?.HeldOut;

    // A start is a training of its own, and over before the first epoch.
    private static HeldOutResult? Settled(GuardedRun run, IReadOnlyList<EpochRecord> history) =>
        IsSettled(run, history)
        || (run.Start is not null && (history.Count == 0 || history.Count == run.Rates.Count))
            ? Last(run, history)
            : null;

    // Early epochs are still far from what they lead to, those of a warm-up most of all.
    private static bool IsSettled(GuardedRun run, IReadOnlyList<EpochRecord> history)
    {
        int learning = history.Count(epoch => epoch.LearningRate >= WarmupShare * run.LearningRate);
        return learning >= Math.Max(FirstEpochs, (run.Rates.Count + 3) / 4)
            || (history.Count >= FirstEpochs && history.Count == run.Rates.Count);
    }

    // Of the difference, as if both had been asked about other pictures: they were asked about the same, so it is no
    // larger.
    private static double StandardError(HeldOutResult one, HeldOutResult other) =>
        Math.Sqrt(Math.Pow(StandardError(one), 2) + Math.Pow(StandardError(other), 2));

    private static double StandardError(HeldOutResult result) =>
        Math.Sqrt(result.Agreement * (1 - result.Agreement) / result.Pictures);
}
