using System.Globalization;
using System.Reflection;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Data.Pictures;
using PromptKD.Evaluation;
using PromptKD.Pages;
using PromptKD.Runs.Distill;
using PromptKD.Runtime;
using PromptKD.Training;

namespace PromptKD.Runs;

/// <summary>
/// <c>report.html</c> of a distillation: what was made of what, how it went, and where student and teacher differ.
/// </summary>
/// <param name="run">The finished run.</param>
/// <param name="report">What it came to.</param>
/// <param name="validation">Its labelled pictures; none without a validation folder.</param>
internal sealed class StudentPage(OpenRun run, DistillationReport report, IReadOnlyList<PictureItem> validation)
{
    /// <summary>Its name in the folder of the run.</summary>
    public const string FileName = "report.html";

    // What lies where, and what the facts above the settings say already.
    private static readonly string[] s_told =
    [
        "OUTPUT_DIR", "SEED", "INPUT.SIZE", "INPUT.PIXEL_MEAN", "INPUT.PIXEL_STD", "DISTILL.IMAGES", "DISTILL.CLASSES",
        "DISTILL.VAL", "DISTILL.TEACHER", "DISTILL.FURTHER_TEACHERS", "DISTILL.TEACHER_PROMPTS",
        "DISTILL.FURTHER_TEACHER_PROMPTS", "DISTILL.STUDENT", "DISTILL.VOCAB", "TRAINER.PROMPTKD.TEMPLATES",
    ];

    private ExperimentConfig Config => run.Settings.Config;

    /// <summary>
    /// Writes the page. The student is finished by now, and stays so: where the page cannot be written, that is said.
    /// </summary>
    public void Write()
    {
        string path = Path.Combine(run.Folder.Root, FileName);
        try
        {
            WholeFile.WriteText(path, RunPageWriter.Write(Collect()));
            run.Log.OnPhase($"Wrote {path}");
        }
        catch (PromptKDException fault)
        {
            run.Log.OnWarning($"{fault.Message} The student is finished; the same command writes the page again.");
        }
    }

    /// <summary>Writes the page of a finished run that has none, where something may be written.</summary>
    public void WriteIfMissing()
    {
        if (!run.Folder.IsReadOnly && !File.Exists(Path.Combine(run.Folder.Root, FileName)))
        {
            Write();
        }
    }

    private RunPage Collect() => new()
    {
        Title = $"A student of {Counted.Of(run.Settings.ClassNames.Count, "class", "classes")}",
        Summary = Summary(),
        ClassNames = run.Settings.ClassNames,
        Numbers = [.. Numbers()],
        Notices = [.. report.Notices.Select(notice => notice.Message)],
        Accuracies =
        [
            .. new[] { ("teacher", report.Teacher), ("student before", report.Untrained), ("student", report.Student) }
                .Where(one => one.Item2 is not null)
                .Select(one => (one.Item1, one.Item2!)),
        ],
        Curves = [.. Curves()],
        Answers = [.. Answers()],
        Facts = [.. Facts()],
        Settings =
        [
            .. ExperimentConfig.Differences(Recipe.Find(Config.Distill.Recipe).Config, Config)
                .Where(one => !s_told.Contains(one.Key))
                .Select(one => new PageFact(one.Key, ConfigValue.Show(one.Second))),
        ],
        SettingsBegin = $"recipe {Config.Distill.Recipe}",
        Skipped = [.. report.Skipped.Select(one => one with { Path = NameOf(Config.Distill.Images, one.Path) })],
        LeftOut = [.. run.Settings.LeftOut.Select(one => one.Describe()).OfType<string>()],
        Program = $"PromptKD for .NET {Version()}",
        Written = DateOnly.FromDateTime(DateTime.UtcNow),
    };

    private string Summary()
    {
        if (report is { Student: { } measured, Teacher: var teacher, Untrained: var before })
        {
            string beside = (teacher is null ? "" : Text($", its teacher {teacher.All:0.0} %"))
                + (before is null ? "" : Text($", the student before {before.All:0.0} %"));
            return Text($"It names {measured.All:0.0} % of {measured.Pictures} labelled pictures right{beside}.");
        }

        return report.HeldOut is { } heldOut
            ? Text($"It gives the teacher's class to {heldOut.Student.Agreement:P1} of {heldOut.Student.Pictures} pictures that it never learned from.")
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
                "accuracy", Text($"{student.All:0.0} %"), report.Teacher is { } teacher ? Text($"the teacher: {teacher.All:0.0} %") : "");
        }

        if (report.Calibration is { } calibration)
        {
            yield return new(
                "calibration error",
                calibration.ErrorAfter.ToString("P1", CultureInfo.InvariantCulture),
                Text($"{calibration.ErrorBefore:P1} without the temperature of {calibration.Temperature:0.00}, fitted to {calibration.FittedTo}"));
        }

        yield return new("pictures", report.Pictures.ToString("N0", CultureInfo.InvariantCulture), "learned from");
    }

    private IEnumerable<LineChart> Curves()
    {
        (double Epoch, EpochRecord Record)[] records =
        [
            .. report.Start is { } start ? [(0, start)] : Array.Empty<(double, EpochRecord)>(),
            .. report.Epochs.Select(epoch => ((double)epoch.Epoch, epoch)),
        ];
        if (records.Length < 2)
        {
            yield break;
        }

        yield return new LineChart("Loss", "epoch", [Line("student", "model", one => one.Loss)]);
        ChartLine[] agreement =
        [
            Line("while learning", "third", one => one.Agreement), Line("held out", "model", one => one.HeldOut?.Agreement),
        ];
        yield return new LineChart("Agreement with the teacher", "epoch", [.. agreement.Where(line => line.Points.Count > 0)])
        {
            IsShare = true,
        };
        ChartLine accuracy = Line("student", "model", one => one.Validation?.All / 100);
        if (accuracy.Points.Count > 0)
        {
            ChartLine[] teacher = report.Teacher is { } measured
                ? [new("teacher", "reference", [(records[0].Epoch, measured.All / 100), (records[^1].Epoch, measured.All / 100)])]
                : [];
            yield return new LineChart("Accuracy on labelled pictures", "epoch", [accuracy, .. teacher]) { IsShare = true };
        }

        ChartLine Line(string name, string kind, Func<EpochRecord, double?> value) => new(
            name,
            kind,
            [.. records.Where(one => value(one.Record) is not null).Select(one => (one.Epoch, value(one.Record)!.Value))]);
    }

    private IEnumerable<PageAnswers> Answers()
    {
        if (AnswerFile.ReadIfAny(run.Folder.Root) is not { } kept)
        {
            yield break;
        }

        (string Set, string Title, string Root, IEnumerable<PictureItem> Items)[] sets =
        [
            (PictureAnswers.HeldOut, "Pictures held out", Config.Distill.Images, run.Inputs.Pictures.Items),
            (PictureAnswers.Validation, "Labelled pictures", Config.Distill.Val, validation),
        ];
        foreach ((string set, string title, string root, IEnumerable<PictureItem> items) in sets)
        {
            PictureAnswer[] pictures = [.. kept.Of(set)];
            if (pictures.Length == 0)
            {
                continue;
            }

            HashSet<string> shown = [.. AnswerChoice.Shown(pictures)];
            yield return new PageAnswers(title, set, pictures)
            {
                Small = SmallPictures.Of(items
                    .Select(item => (Name: NameOf(root, item.Path), item))
                    .Where(one => shown.Contains(one.Name))),
            };
        }
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
            yield return new("Learned prompts of the teacher", Shown(paths.TeacherPrompts));
        }

        yield return new("Student", paths.Student);
        yield return new("Sentences", string.Join("; ", Config.Trainer.PromptKD.Templates));
        yield return new("Classes", string.Join(", ", run.Settings.ClassNames));
        yield return new(
            "Pictures",
            $"{report.Pictures} of {paths.Images} learned from"
            + (report.HeldOut is { } heldOut ? $", {heldOut.Student.Pictures} held out" : "")
            + $", {Counted.Of(report.Skipped.Count, "that could not be read", "that could not be read")}");
        if (paths.Val.Length > 0)
        {
            yield return new("Labelled pictures", paths.Val);
        }

        yield return new("Seed", Config.Seed.ToString(CultureInfo.InvariantCulture));
        yield return new("Computed in", run.Context.Target.PrecisionName);
        yield return new("Package", Shown(report.StudentFolder));
        foreach ((string name, string digest) in run.Inputs.Digests.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            yield return new($"SHA-256 of {name}", digest);
        }
    }

    // What lies in the folder of the run is named from there: the folder may be moved, with this page in it.
    private string Shown(string path)
    {
        string relative = NameOf(Path.GetFullPath(run.Folder.Root), Path.GetFullPath(path));
        return relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? path : relative;
    }

    private static string NameOf(string root, string path) => Path.GetRelativePath(root, path).Replace('\\', '/');

    private static string Version() =>
        typeof(StudentPage).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
