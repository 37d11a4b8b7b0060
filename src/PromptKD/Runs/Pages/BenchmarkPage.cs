using System.Globalization;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Evaluation;
using PromptKD.Methods;
using PromptKD.Pages;
using PromptKD.Runtime;
using PromptKD.Training;

namespace PromptKD.Runs.Pages;

/// <summary><c>report.html</c> of a training on a benchmark data set.</summary>
/// <param name="run">The finished run.</param>
/// <param name="result">What it came to.</param>
/// <param name="end">How it went.</param>
/// <param name="tested">What the last test said of its pictures.</param>
internal sealed class BenchmarkPage(
    OpenRun run, TrainingResult result, TrainingPosition end, IReadOnlyList<TestedPictures> tested)
{
    private readonly PageFacts _facts = new(run);

    private ExperimentConfig Config => run.Settings.Config;

    private bool HasTeacher => run.Settings.Method.LearnsFrom == Supervision.Teacher;

    private string Model => HasTeacher ? "student" : "model";

    /// <summary>Gathers what it shows.</summary>
    public RunPage Collect() => new()
    {
        Title = $"{result.Trainer} on {result.Dataset}",
        Summary = Summary(),
        Model = Model,
        Numbers = [.. Numbers()],
        Notices =
        [
            .. Guarded.Look(run, end.History).Select(PageFacts.Notice),
            .. result.Selection == ModelSelection.BestOnTest
                ? ["the epoch was chosen by test pictures, as the reference chooses: the accuracies flatter."]
                : Array.Empty<string>(),
        ],
        Curves =
        [
            .. new PageCurves(Model, HasTeacher ? "Agreement with the teacher" : "Accuracy while learning")
            {
                Labelled = result.Selection == ModelSelection.BestOnTest
                    ? "the pictures that choose the epoch"
                    : "validation pictures",
            }.Of(end.History, reference: null),
        ],
        Answers =
        [
            .. tested.Select(one => PagePictures.Of(
                one.Title, one.Anchor, one.Split.ClassNames, one.Answers, run.Settings.PictureRoot, one.Split.Pictures))
                .OfType<PageAnswers>(),
        ],
        Facts = [.. Facts()],
        Settings = _facts.Settings(new ExperimentConfig(), ActingKeys.OfTrain(Config, HasTeacher)),
        SettingsBegin = "the program's own settings",
        Skipped = _facts.Skipped(end.Skipped.Concat(run.Inputs.UnreadableMeasured)),
        LeftOut = _facts.LeftOut(),
        Program = MadeBy.Program,
        Written = MadeBy.Today,
    };

    private string Summary() => result switch
    {
        { HarmonicMean: { } mean, Base: { } known, Novel: { } novel } =>
            Text($"It names {known:0.0} % of the test pictures of the base classes right, ")
            + Text($"{novel:0.0} % of those of the novel ones: a harmonic mean of {mean:0.0} %."),
        { Accuracy: { } accuracy } => Text($"It names {accuracy:0.0} % of {result.TestPictures} test pictures right."),
        _ => "Nothing was tested (TEST.NO_TEST): how good it is, this page cannot say.",
    };

    private IEnumerable<PageNumber> Numbers()
    {
        if (result is { HarmonicMean: { } mean, Base: { } known, Novel: { } novel })
        {
            yield return new("harmonic mean", Text($"{mean:0.0} %"), Text($"base {known:0.0} %, novel {novel:0.0} %"));
        }
        else if (result.Accuracy is { } accuracy)
        {
            yield return new("accuracy", Text($"{accuracy:0.0} %"), Text($"of {result.TestPictures} test pictures"));
        }

        if (result.MacroF1 is { } macro)
        {
            yield return new("macro F1", Text($"{macro:0.0} %"), "of the last test");
        }

        string chosen = result.Selection switch
        {
            ModelSelection.BestOnTest => "the best on test pictures",
            ModelSelection.BestOnValidation => "the best on validation pictures",
            _ => "the last one",
        };
        yield return new("epoch", Text($"{result.Epoch}"), Text($"of {Config.Optim.MaxEpoch}: {chosen}"));
        yield return new(
            "pictures",
            run.Inputs.Pictures.ReadableCount.ToString("N0", CultureInfo.InvariantCulture),
            result.Shots > 0 ? Text($"learned from, {result.Shots} of a class at most") : "learned from");
    }

    private IEnumerable<PageFact> Facts() =>
    [
        .. HasTeacher ? [new PageFact("Teacher", Config.Distill.Teacher)] : Array.Empty<PageFact>(),
        new(HasTeacher ? "Student" : "CLIP", run.Settings.Clip),
        new("Method", result.Trainer),
        new("Data set", $"{result.Dataset} in {Config.Dataset.Root}"),
        new("Classes used", result.Protocol),
        .. result.Configuration is { } file ? [new PageFact("Configuration", file)] : Array.Empty<PageFact>(),
        new("Classes", string.Join(", ", run.Settings.ClassNames)),
        .. _facts.Computing(),
        .. _facts.Digests(),
    ];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
