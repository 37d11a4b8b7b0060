using System.Globalization;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Data.Pictures;
using PromptKD.Evaluation;
using PromptKD.Export;
using PromptKD.Pages;
using PromptKD.Runtime;

namespace PromptKD.Runs.Pages;

/// <summary>
/// <c>report.html</c> of a distillation: what was made of what, how it went, and where student and teacher differ.
/// </summary>
/// <param name="run">The finished run.</param>
/// <param name="report">What it came to.</param>
/// <param name="validation">Its labelled pictures; none without a validation folder.</param>
internal sealed class StudentPage(OpenRun run, DistillationReport report, IReadOnlyList<PictureItem> validation)
{
    private readonly PageFacts _facts = new(run);

    private ExperimentConfig Config => run.Settings.Config;

    /// <summary>Gathers what it shows.</summary>
    public RunPage Collect() => new()
    {
        Title = $"A student of {Counted.Of(run.Settings.ClassNames.Count, "class", "classes")}",
        Summary = Summary(),
        Numbers = [.. Numbers()],
        Notices = [.. report.Notices.Select(PageFacts.Notice)],
        Accuracies =
        [
            .. new (string Model, BaseNovelResult? Result)[]
            {
                ("teacher", report.Teacher), ("student as it came", report.Untrained), ("student", report.Student),
            }
            .Where(one => one.Result is not null)
            .Select(one => (one.Model, one.Result!)),
        ],
        Curves =
        [
            .. PageCurves.OfStart(report.Start is null ? [] : CachedStart.ReadPasses(run.Folder)),
            .. new PageCurves("student", "Agreement with the teacher") { Start = report.Start }
                .Of(report.Epochs, report.Teacher is { } teacher ? ("teacher", teacher) : null),
        ],
        Answers = [.. Answers()],
        ChangedClasses = StudentPackage.ReadManifest(report.StudentFolder).ClassChanges?.Sentences() ?? [],
        Facts = [.. Facts()],
        Settings = _facts.Settings(Recipe.Find(Config.Distill.Recipe).Config, ActingKeys.OfDistill(Config)),
        SettingsBegin = $"recipe {Config.Distill.Recipe}",
        Skipped = _facts.Skipped(report.Skipped),
        LeftOut = _facts.LeftOut(),
        Program = MadeBy.Program,
        Written = MadeBy.Today,
    };

    private string Summary()
    {
        if (report is { Student: { } measured, Teacher: var teacher, Untrained: var before })
        {
            string beside = (teacher is null ? "" : Text($", its teacher {teacher.All:0.0} %"))
                + (before is null ? "" : Text($", the student as it came {before.All:0.0} %"));
            return Text($"It names {measured.All:0.0} % of {measured.Pictures} labelled pictures right{beside}.");
        }

        return report.HeldOut is { } heldOut
            ? Text($"It gives the teacher's class to {heldOut.Student.Agreement:P1} ")
                + Text($"of {heldOut.Student.Pictures} pictures that it never learned from.")
            : "Nothing was measured on pictures that it did not learn from: how good it is, this page cannot say.";
    }

    private IEnumerable<PageNumber> Numbers()
    {
        if (report.HeldOut is { } heldOut)
        {
            string majority = run.Settings.ClassNames[heldOut.Teacher.Majority];
            yield return new(
                "agreement, held out",
                heldOut.Student.Agreement.ToString("P1", CultureInfo.InvariantCulture),
                (heldOut.Untrained is { } before ? Text($"{before.Agreement:P1} before; ") : "")
                    + Text($"always '{majority}' would be {heldOut.Teacher.MajorityShare:P1}"));
            yield return new(
                "classes in use",
                heldOut.Student.ClassesUsed.ToString("0.0", CultureInfo.InvariantCulture),
                Text($"the teacher: {heldOut.Teacher.ClassesUsed:0.0} of {run.Settings.ClassNames.Count}"));
        }

        if (report.Student is { } student)
        {
            yield return new(
                "accuracy",
                Text($"{student.All:0.0} %"),
                report.Teacher is { } teacher ? Text($"the teacher: {teacher.All:0.0} %") : "");
        }

        if (report.Calibration is { } calibration)
        {
            yield return new(
                "calibration error",
                calibration.ErrorAfter.ToString("P1", CultureInfo.InvariantCulture),
                calibration.Temperature == 1
                    ? "no temperature that fits makes it smaller"
                    : Text($"{calibration.ErrorBefore:P1} without the temperature of {calibration.Temperature:0.00}, ")
                        + $"fitted to {(calibration.FittedTo == Calibration.Labels ? "labels" : "the teacher")}");
        }

        yield return new("pictures", report.Pictures.ToString("N0", CultureInfo.InvariantCulture), "learned from");
    }

    private IEnumerable<PageAnswers> Answers()
    {
        if (AnswerFile.ReadIfAny(run.Folder.Root) is not { } kept)
        {
            return [];
        }

        return new[]
        {
            Part(PictureAnswers.HeldOut, "Pictures held out", Config.Distill.Images, run.Inputs.Pictures.Items),
            Part(PictureAnswers.Validation, "Labelled pictures", Config.Distill.Val, validation),
        }.OfType<PageAnswers>();

        PageAnswers? Part(string set, string title, string root, IEnumerable<PictureItem> items) =>
            PagePictures.Of(title, set, kept.ClassNames, [.. kept.Of(set)], root, items);
    }

    private IEnumerable<PageFact> Facts()
    {
        DistillConfig paths = Config.Distill;
        string[] teachers = [.. new[] { paths.Teacher }.Concat(paths.FurtherTeachers).Where(one => one.Length > 0)];
        yield return new(
            teachers.Length > 1 ? "Teachers" : "Teacher",
            teachers.Length > 0 ? string.Join("; ", teachers) : $"stored in {paths.Store}");
        if (paths.TeacherPrompts.Length > 0)
        {
            yield return _facts.Made("Learned prompts of the teacher", paths.TeacherPrompts);
        }

        yield return new("Student", paths.Student);
        foreach (PageFact fact in _facts.Classes(run.Settings.ClassNames))
        {
            yield return fact;
        }

        yield return new(
            "Pictures",
            $"{report.Pictures} of {paths.Images} learned from"
            + (report.HeldOut is { } heldOut ? $", {heldOut.Student.Pictures} held out" : "")
            + $", {PageFacts.CountSkipped(report.Skipped.Count)}");
        if (paths.Val.Length > 0)
        {
            yield return new("Labelled pictures", paths.Val);
        }

        PageFact package = _facts.Made("Package", report.StudentFolder);
        foreach (PageFact fact in _facts.Computing().Append(package).Concat(_facts.Digests()))
        {
            yield return fact;
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
