using System.Text.Json;
using PromptKD.Data.Loading;
using PromptKD.Evaluation;
using PromptKD.Export;
using PromptKD.Inference;
using PromptKD.Runs;
using PromptKD.Runs.Distill;
using PromptKD.Tests.Data;
using SkiaSharp;

namespace PromptKD.Tests.Runs.Distill;

/// <summary>
/// Pictures that are held out, from the choice to the package. They start torch's one random generator.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class HeldOutTests : IDisposable
{
    private const int Pictures = 60;

    private readonly DistillingRuns _runs = new();

    public HeldOutTests()
    {
        for (int number = 0; number < Pictures; number++)
        {
            int seed = number;
            File.WriteAllBytes(_runs.Picture(number), TestPictures.Encode(
                24,
                24,
                (x, y) => new SKColor((byte)(x * (seed + 2)), (byte)(y * (61 - seed)), (byte)(x * y * seed)),
                SKEncodedImageFormat.Png));
        }
    }

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Are_in_no_batch_and_in_every_measurement()
    {
        DistillationReport report = Distil("run");
        PictureAnswers answers = AnswerFile.ReadIfAny(_runs.Output("run"))!;

        using var opened = new OpenedRun<DistillationReport>(new DistillKind(Config("opened")));
        int[] heldOut = [.. opened.Run.Inputs.Pictures.HeldOut];
        int[] learned = [.. Enumerable.Range(0, 3).SelectMany(epoch => opened.Plan.Batches(epoch, 0).ToArray()).SelectMany(Items).Distinct()];

        Assert.InRange(heldOut.Length, 20, 40);
        Assert.Empty(heldOut.Intersect(learned));
        Assert.Equal(Pictures, heldOut.Length + report.Pictures);
        Assert.Equal(heldOut.Length, report.HeldOut!.Teacher.Pictures);
        Assert.All(report.Epochs, epoch => Assert.Equal(heldOut.Length, epoch.HeldOut!.Pictures));
        Assert.Equal(
            heldOut.Select(place => Path.GetFileName(opened.Run.Inputs.Pictures.Items[place].Path)),
            answers.Of(PictureAnswers.HeldOut).Select(answer => answer.Picture));
    }

    [Fact]
    public void Are_compared_as_the_package_and_the_teacher_answer_by_themselves()
    {
        DistillationReport report = Distil("run");
        PictureAnswer[] answers = [.. AnswerFile.ReadIfAny(_runs.Output("run"))!.Pictures];
        using var student = StudentClassifier.Load(
            report.StudentFolder, Computing.AsTrained, cancellationToken: TestContext.Current.CancellationToken);

        Assert.All(answers, answer => Assert.Equal(
            student.Classify(Path.Combine(_runs.Images, answer.Picture), 3, TestContext.Current.CancellationToken)
                .Select(one => (one.Label, Math.Round(one.Probability, 4))),
            answer.Student.Select(one => (one.Class, Math.Round(one.Probability, 4)))));
        Assert.Equal(
            answers.Count(answer => answer.Agrees == true), report.HeldOut!.Student.Agreement * answers.Length, 6);
        Assert.NotNull(report.HeldOut.Untrained);
    }

    [Fact]
    public void The_untrained_student_is_the_CLIP_as_it_classifies_by_itself()
    {
        string validation = Path.Combine(_runs.Folder, "validation");
        string[] names = ["cat", "dog", "owl"];
        foreach ((int index, string name) in names.Index())
        {
            Directory.CreateDirectory(Path.Combine(validation, name));
            for (int number = 0; number < 7; number++)
            {
                File.Copy(_runs.Picture((7 * index) + number), Path.Combine(validation, name, $"{number}.png"));
            }
        }

        DistillationReport report = Distil("run", "DISTILL.VAL", validation);
        using var clip = ZeroShotClassifier.Load(
            _runs.Student, ["cat", "dog", "owl"], Computing.ZeroShot, TestContext.Current.CancellationToken);
        PictureAnswer[] labelled = [.. AnswerFile.ReadIfAny(_runs.Output("run"))!.Of(PictureAnswers.Validation)];

        Assert.Equal(
            clip.Evaluate(validation, cancellationToken: TestContext.Current.CancellationToken), report.Untrained);
        Assert.Equal(21, labelled.Length);
        Assert.Equal(("dog/0.png", 1), (labelled[7].Picture, labelled[7].Label));
        Assert.Equal(
            report.Student!.All,
            100.0 * labelled.Count(answer => answer.Student[0].Class == answer.Label) / labelled.Length,
            9);
        Assert.Equal(
            report.Teacher!.All,
            100.0 * labelled.Count(answer => answer.Teacher![0].Class == answer.Label) / labelled.Length,
            9);
    }

    [Fact]
    public void Zero_holds_nobody_out()
    {
        DistillationReport report = Distil("run", "DISTILL.HOLDOUT", "0");

        Assert.Equal(Pictures, report.Pictures);
        Assert.Null(report.HeldOut);
        Assert.Null(report.Calibration);
        Assert.False(File.Exists(Path.Combine(_runs.Output("run"), "answers.jsonl")));
    }

    [Fact]
    public void REFERENCE_holds_nobody_out() =>
        Assert.Null(Distil("run", "REFERENCE", "True").HeldOut);

    [Fact]
    public void A_small_folder_is_told_that_nothing_is_held_out()
    {
        var listener = new Listener();

        DistillingRuns.Distil(Config("run", "DISTILL.HOLDOUT", "0.2"), listener);

        Assert.Contains(
            "Nothing is held out of 60 pictures: 20 % would be fewer than 20. How well the student does on pictures that it "
            + "has not seen is known with a validation folder alone, or a larger DISTILL.HOLDOUT",
            listener.Phases);
    }

    [Theory]
    [InlineData("0.6", "at most 0.5")]
    [InlineData("-0.1", "at least 0")]
    public void A_share_beyond_a_half_or_below_nothing_is_refused(string share, string expected)
    {
        PromptKDException error = Assert.Throws<PromptKDException>(() => Config("run", "DISTILL.HOLDOUT", share));

        Assert.Contains($"DISTILL.HOLDOUT must be {expected}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stored_teacher_is_asked_about_its_views()
    {
        Distil("storing", "DISTILL.VIEWS", "3");
        string store = Path.Combine(_runs.Output("storing"), "teacher-store");
        var listener = new Listener();

        DistillationReport report = DistillingRuns.Distil(
            Config("run", "DISTILL.STORE", store, "DISTILL.TEACHER", ""), listener);

        Assert.Contains(listener.Phases, phase => phase.EndsWith("its stored views of them", StringComparison.Ordinal));
        Assert.Equal(report.HeldOut!.Student.Pictures, report.HeldOut.Teacher.Pictures);
    }

    [Fact]
    public void A_stored_teachers_answer_is_the_mean_of_its_views()
    {
        Distil("storing", "DISTILL.VIEWS", "2");
        using var opened = new OpenedRun<DistillationReport>(new DistillKind(Config(
            "run", "DISTILL.STORE", Path.Combine(_runs.Output("storing"), "teacher-store"), "DISTILL.TEACHER", "")));
        using DisposeScope scope = NewDisposeScope();
        PromptKD.Teachers.Teacher teacher = Assert.Single(opened.Run.Inputs.Teacher!.Members);
        using var first = new Batch([], [], labels: null, [3, 4]) { View = 0 };
        using var second = new Batch([], [], labels: null, [3, 4]) { View = 1 };

        Tensor mean = (teacher.Scores(first).softmax(-1) + teacher.Scores(second).softmax(-1)) / 2;

        TensorAssert.Near(mean, teacher.ClassifyOrRecall(first, views: 2).softmax(-1), 1e-6);
    }

    [Fact]
    public void Several_teachers_answer_together()
    {
        DistillationReport report = Distil("run", "DISTILL.FURTHER_TEACHERS", $"['{_runs.Student}']");

        Assert.NotNull(report.HeldOut);
        Assert.True(report.HeldOut.Teacher.Confidence > 1.0 / 3);
    }

    [Fact]
    public void A_start_on_stored_features_does_not_see_them()
    {
        DistillationReport report = Distil(
            "run", "DISTILL.VIEWS", "2", "DISTILL.START.EPOCHS", "2", "DISTILL.START.BATCH_SIZE", "5",
            "OPTIM.MAX_EPOCH", "0");

        Assert.Equal(report.HeldOut!.Student, report.Start!.HeldOut);
        Assert.True(report.Start.Pictures <= Pictures - report.HeldOut.Student.Pictures);
    }

    [Fact]
    public void The_temperature_divides_what_the_package_answers()
    {
        DistillationReport report = Distil("run");
        string picture = _runs.Picture(7);
        ClassProbability[] calibrated = Classify(report.StudentFolder, picture);
        StudentManifest manifest = StudentPackage.ReadManifest(report.StudentFolder);
        Assert.NotEqual(1, manifest.Calibration!.Temperature, 3);

        File.WriteAllText(
            Path.Combine(report.StudentFolder, "model.json"), (manifest with { Calibration = null }).ToJson());
        ClassProbability[] plain = Classify(report.StudentFolder, picture);

        // The logarithms of probabilities lie as far apart as the logits.
        Assert.Equal(plain.Select(one => one.Label), calibrated.Select(one => one.Label));
        Assert.Equal(
            Math.Log(plain[0].Probability / plain[2].Probability) / manifest.Calibration.Temperature,
            Math.Log(calibrated[0].Probability / calibrated[2].Probability),
            4);
    }

    [Fact]
    public void A_temperature_that_no_fit_gives_is_refused()
    {
        DistillationReport report = Distil("run");
        StudentManifest manifest = StudentPackage.ReadManifest(report.StudentFolder);
        string path = Path.Combine(report.StudentFolder, "model.json");
        File.WriteAllText(
            path, (manifest with { Calibration = manifest.Calibration! with { Temperature = 0 } }).ToJson());

        PromptKDException error = Assert.Throws<PromptKDException>(
            () => StudentPackage.ReadManifest(report.StudentFolder));

        Assert.Equal(
            $"{path}: not the manifest of a student: calibration.temperature is 0. Copy the package again.",
            error.Message);
    }

    [Fact]
    public void A_finished_run_whose_answers_are_lost_writes_the_same_again()
    {
        DistillationReport first = Distil("run");
        string path = Path.Combine(_runs.Output("run"), "answers.jsonl");
        byte[] answers = File.ReadAllBytes(path),
        student = File.ReadAllBytes(Path.Combine(first.StudentFolder, "model.json"));
        File.Delete(path);

        Distil("run");

        Assert.Equal(answers, File.ReadAllBytes(path));
        Assert.Equal(student, File.ReadAllBytes(Path.Combine(first.StudentFolder, "model.json")));
    }

    [Fact]
    public void Metrics_and_curves_have_every_measurement()
    {
        DistillationReport report = Distil("run");
        string[] kinds =
        [
            .. File.ReadLines(Path.Combine(_runs.Output("run"), "metrics.jsonl"))
                .Select(line => JsonDocument.Parse(line).RootElement)
                .Where(line => line.GetProperty("kind").GetString() != "notice")
                .Select(line => $"{line.GetProperty("kind")} {(line.TryGetProperty("model", out JsonElement model) ? model : "")}"),
        ];
        string[] curves = File.ReadAllLines(Path.Combine(_runs.Output("run"), "curves.csv"));

        Assert.Equal(
            ["heldOut teacher", "heldOut untrained", "epoch ", "heldOut student", "epoch ", "heldOut student"], kinds);
        Assert.Equal(["row", "teacher", "untrained", "epoch", "epoch"], curves.Select(row => row.Split(',')[0]));
        Assert.All(curves, row => Assert.Equal(15, row.Split(',').Length));
        Assert.Equal(report.HeldOut!.Student.Agreement.ToString("R", null), curves[^1].Split(',')[6]);
        Assert.Single(Directory.EnumerateFiles(Path.Combine(_runs.Output("run"), "tensorboard")));
    }

    private static IEnumerable<int> Items(Batch batch)
    {
        using (batch)
        {
            return [.. batch.Items];
        }
    }

    private static ClassProbability[] Classify(string package, string picture)
    {
        using var student = StudentClassifier.Load(package, Computing.AsTrained);
        return [.. student.Classify(picture, 3)];
    }

    private PromptKD.Configuration.ExperimentConfig Config(string run, params string[] options) =>
        _runs.Config(run, ["DISTILL.HOLDOUT", "0.5", "OPTIM.WARMUP_EPOCH", "0", .. options]);

    private DistillationReport Distil(string run, params string[] options) =>
        DistillingRuns.Distil(Config(run, options));
}
