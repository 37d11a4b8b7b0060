using System.Globalization;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Evaluation;
using PromptKD.Pages;
using PromptKD.Runs.Measuring;
using PromptKD.Runtime;
using PromptKD.Training;

namespace PromptKD.Runs.Pages;

/// <summary><c>report.html</c> of a teacher that was taught: what it was made of, and what it knows now.</summary>
/// <param name="run">The finished run.</param>
/// <param name="report">What it came to.</param>
/// <param name="end">How it went.</param>
internal sealed class TeacherPage(OpenRun run, TeachingReport report, TrainingPosition end)
{
    private const string Plain = "CLIP as it came";
    private const string Taught = "taught teacher";

    private readonly PageFacts _facts = new(run);

    private ExperimentConfig Config => run.Settings.Config;

    private IReadOnlyList<string> AllClasses => [.. Config.Distill.Classes];

    private bool IsSplit => report.LearnedClasses.Count < AllClasses.Count;

    /// <summary>
    /// Writes the page of a finished run that has none, where what the run went through is still there.
    /// </summary>
    /// <param name="run">The finished run.</param>
    /// <param name="report">What it came to.</param>
    public static void WriteIfMissing(OpenRun run, TeachingReport report)
    {
        using TrainingCheckpoint? checkpoint = TrainingCheckpoint.ReadIfAny(run.Folder.CheckpointPath);
        if (checkpoint is not null)
        {
            PageFile.WriteIfMissing(run, "teacher", new TeacherPage(run, report, checkpoint.Position).Collect);
        }
    }

    /// <summary>Gathers what it shows.</summary>
    public RunPage Collect() => new()
    {
        Title = $"A teacher of {Counted.Of(AllClasses.Count, "class", "classes")}, taught by {report.Method}",
        Summary = Summary(),
        Reference = Plain,
        Model = Taught,
        Numbers = [.. Numbers()],
        Notices = [.. Guarded.Look(run, end.History, report).Select(PageFacts.Notice)],
        Accuracies =
        [
            .. new[] { (Plain, report.ZeroShot), (Taught, report.Taught) }
                .Where(one => one.Item2 is not null)
                .Select(one => (one.Item1, one.Item2!)),
        ],
        Curves = [.. new PageCurves("teacher", "Accuracy while learning").Of(end.History, reference: null)],
        Answers = [.. Answers()],
        Facts = [.. Facts()],
        Settings = _facts.Settings(TeachPreset.Config, ActingKeys.OfTeach(Config)),
        SettingsBegin = "the paper's settings",
        Skipped = _facts.Skipped(end.Skipped.Concat(run.Inputs.UnreadableMeasured)),
        LeftOut = _facts.LeftOut(),
        Program = MadeBy.Program,
        Written = MadeBy.Today,
    };

    private string Summary() => report is { Taught: { } taught, ZeroShot: { } plain }
        ? Text($"It names {taught.All:0.0} % of {taught.Pictures} labelled pictures right that it did not learn from; ")
            + Text($"the CLIP as it came {plain.All:0.0} %.")
        : "Nothing was measured: every labelled picture was learned from. How good it is, this page cannot say.";

    private IEnumerable<PageNumber> Numbers()
    {
        if (report is { Taught: { } taught, ZeroShot: { } plain })
        {
            yield return new("accuracy", Text($"{taught.All:0.0} %"), Text($"the CLIP as it came: {plain.All:0.0} %"));
            if (taught.HarmonicMean is { } mean)
            {
                yield return new(
                    "harmonic mean of base and novel",
                    Text($"{mean:0.0} %"),
                    Text($"the CLIP as it came: {plain.HarmonicMean:0.0} %"));
            }
        }

        yield return new(
            "labelled pictures",
            report.Pictures.ToString("N0", CultureInfo.InvariantCulture),
            $"of {Counted.Of(report.LearnedClasses.Count, "class", "classes")}, learned from"
                + (report.ShortClasses > 0 ? Text($"; {report.ShortClasses} had fewer than {report.Shots}") : ""));
    }

    private IEnumerable<PageAnswers> Answers()
    {
        PictureAnswers? kept = AnswerFile.ReadIfAny(run.Folder.Root);
        PageAnswers? answers = kept is null ? null : PagePictures.Of(
            Config.Distill.Val.Length > 0 ? "Labelled pictures" : "Labelled pictures that were not learned from",
            PictureAnswers.Validation,
            kept.ClassNames,
            [.. kept.Of(PictureAnswers.Validation)],
            TaughtMeasurement.FolderOf(Config.Distill),
            run.Settings.Measured);
        return answers is null ? [] : [answers];
    }

    private IEnumerable<PageFact> Facts() =>
    [
        new("CLIP", Config.Distill.Teacher),
        new("Method", report.Method),
        .. _facts.Classes(AllClasses),
        .. IsSplit
            ? [new PageFact("Learned", string.Join(", ", report.LearnedClasses) + "; the others were only measured")]
            : Array.Empty<PageFact>(),
        new(
            "Labelled pictures",
            Text($"{report.Pictures} of {Config.Distill.Labelled} learned from, ")
                + (report.Shots > 0 ? Text($"{report.Shots} of a class at most") : "all of each class")
                + $", {PageFacts.CountSkipped(report.SkippedPictures)}"),
        new("Measured on", Config.Distill.Val.Length > 0 ? Config.Distill.Val : report.MeasuredOn ?? "nothing"),
        .. _facts.Computing(),
        _facts.Made("Learned prompts", report.Checkpoint),
        .. _facts.Digests(),
    ];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
