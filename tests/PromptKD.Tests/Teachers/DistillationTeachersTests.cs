using System.Security.Cryptography;
using System.Text.Json;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Demo;
using PromptKD.Export;
using PromptKD.Features.Store;
using PromptKD.Golden;
using PromptKD.Runs;
using PromptKD.Teachers;
using PromptKD.Tests.Runs.Distill;
using PromptKD.Training;

namespace PromptKD.Tests.Teachers;

/// <summary>
/// Whole runs with two teachers: the demo's, and the demo's student as it is, whose space has another width.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class DistillationTeachersTests : IDisposable
{
    // Stored features are rounded to 11 bits; the loss of the first step moves by about as much (TeacherStoringTests).
    private const double HalfPrecision = 5e-4;

    private static readonly string s_models = Path.Combine(ProjectFolder.Root, "demo");

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public DistillationTeachersTests() => DemoData.Write(Pictures, photosPerClass: 1, testPerClass: 1);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Pictures => Path.Combine(_folder, "pictures");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Measures_each_teacher_and_their_combination_and_says_in_the_package_what_was_combined()
    {
        ExperimentConfig config = Two("run") with { Seed = 2 };
        config = config with { Distill = config.Distill with { TeacherWeights = [3, 1] } };

        DistillationReport report = Experiment.Distil(config, cancellationToken: Stop);

        Assert.Equal(Alone("teacher").Teacher, report.EachTeacher[0]);
        Assert.Equal(Alone("student").Teacher, report.EachTeacher[1]);
        Assert.Equal(48, report.Teacher!.Pictures);
        StudentManifest manifest = StudentPackage.ReadManifest(report.StudentFolder);
        Assert.Equal(2, manifest.Teachers!.Count);
        Assert.Equal([0.75, 0.25], manifest.Teachers.Weights!);
        Assert.Equal(report.EachTeacher, manifest.Teachers.Validations!);
        Assert.Equal(
            ["class names", "pictures", "student", "teacher", "teacher 2", "teacher 2 vocabulary", "vocabulary"],
            manifest.Inputs.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(manifest.Inputs["student"], manifest.Inputs["teacher 2"]);
        Assert.Contains(
            "learned from the class probabilities of 2 teachers, summed with the weights 0.75, 0.25.",
            File.ReadAllText(Path.Combine(report.StudentFolder, "README.md")),
            StringComparison.Ordinal);
        Assert.Equal(
            ["teacher 1", "teacher 2", "teacher", "untrained", "student", "student"], ModelsMeasured(config.OutputDir));
    }

    [Fact]
    public void All_weight_on_the_first_teacher_asks_what_that_teacher_alone_asks()
    {
        ExperimentConfig config = Two("run");
        config = config with { Distill = config.Distill with { TeacherWeights = [1, 0] } };

        DistillationReport both = Experiment.Distil(config, cancellationToken: Stop);
        DistillationReport first = Alone("teacher");

        Assert.Equal(first.Teacher, both.Teacher);
        Assert.InRange(both.Epochs[0].Loss / first.Epochs[0].Loss, 1 - 1e-4, 1 + 1e-4);
    }

    [Fact]
    public void Ends_in_the_same_bytes_when_it_is_stopped()
    {
        DistillationReport whole = Experiment.Distil(ByConfidence(Two("whole")), cancellationToken: Stop);
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() =>
            Experiment.Distil(ByConfidence(Two("stopped")), new Stopper(stop), stop.Token));

        DistillationReport stopped = Experiment.Distil(ByConfidence(Two("stopped")), cancellationToken: Stop);

        Assert.Equal(Digest(whole), Digest(stopped));
        Assert.Equal(whole.EachTeacher, stopped.EachTeacher);
    }

    [Fact]
    public void Does_not_go_on_with_other_weights()
    {
        Experiment.Distil(Two("run"), cancellationToken: Stop);

        var error = Assert.Throws<PromptKDException>(() =>
            Experiment.Distil(ByConfidence(Two("run")), cancellationToken: Stop));

        Assert.Contains("DISTILL.TEACHER_WEIGHTING", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stores_of_both_give_what_both_give_live_to_the_precision_of_float16()
    {
        ExperimentConfig live = ByConfidence(Two("live"));
        DistillationReport expected = Experiment.Distil(live, cancellationToken: Stop);
        ExperimentConfig making = Two("making");
        Experiment.Distil(making with { Distill = making.Distill with { Views = 2 } }, cancellationToken: Stop);
        string store = Path.Combine(making.OutputDir, "teacher-store");
        string second = Path.Combine(making.OutputDir, "teacher-store-2");

        DistillationReport bothStored = Experiment.Distil(
            From("stored", store, second, teachers: false), cancellationToken: Stop);
        DistillationReport oneStored = Experiment.Distil(
            From("mixed", "", second, teachers: true), cancellationToken: Stop);

        Assert.All([bothStored, oneStored], report => Assert.InRange(
            report.Epochs[0].Loss / expected.Epochs[0].Loss, 1 - HalfPrecision, 1 + HalfPrecision));
        Assert.Empty(bothStored.EachTeacher);
        Assert.Equal([expected.EachTeacher[0], null], oneStored.EachTeacher);
        Assert.Null(oneStored.Teacher);
    }

    [Fact]
    public void Refuses_stores_of_different_views_by_name()
    {
        string[] stores = [Path.Combine(_folder, "one"), Path.Combine(_folder, "other")];
        MakeStore("teacher", stores[0], views: 1);
        MakeStore("student", stores[1], views: 2);

        var error = Assert.Throws<PromptKDException>(() =>
            Experiment.Distil(From("run", stores[0], stores[1], teachers: true), cancellationToken: Stop));

        Assert.StartsWith(
            $"The teacher stores {stores[0]} and {stores[1]} hold different views: 1 with seed 1 there, "
            + "2 with seed 1 here.",
            error.Message,
            StringComparison.Ordinal);
    }

    private static ExperimentConfig ByConfidence(ExperimentConfig config) =>
        config with { Distill = config.Distill with { TeacherWeighting = "confidence" } };

    private DistillationReport Alone(string teacher)
    {
        ExperimentConfig config = Config($"{teacher} alone");
        config = config with { Distill = config.Distill with { Teacher = Path.Combine(s_models, teacher) } };
        return Experiment.Distil(config, cancellationToken: Stop);
    }

    private ExperimentConfig Two(string run)
    {
        ExperimentConfig config = Config(run);
        return config with { Distill = config.Distill with { FurtherTeachers = [Path.Combine(s_models, "student")] } };
    }

    private ExperimentConfig From(string run, string store, string second, bool teachers)
    {
        ExperimentConfig config = ByConfidence(Two(run));
        return config with
        {
            Distill = config.Distill with
            {
                Store = store,
                FurtherStores = [second],
                Teacher = teachers ? config.Distill.Teacher : "",
                FurtherTeachers = teachers ? config.Distill.FurtherTeachers : [],
            },
        };
    }

    private void MakeStore(string teacher, string store, int views)
    {
        ExperimentConfig config = Config("stores");
        config = config with
        {
            Distill = config.Distill with { Teacher = Path.Combine(s_models, teacher), Store = store, Views = views },
        };
        TeacherStoring.Fill(config, StorePart.Whole, cancellationToken: Stop);
    }

    /// <summary>Two epochs of one step, so that the first loss is that of the first step.</summary>
    private ExperimentConfig Config(string run)
    {
        ExperimentConfig paper = DistillPreset.Config;
        return paper with
        {
            OutputDir = Path.Combine(_folder, run),
            Optim = paper.Optim with { MaxEpoch = 2 },
            DataLoader = paper.DataLoader with { TrainX = paper.DataLoader.TrainX with { BatchSize = 48 } },
            Trainer = paper.Trainer with { PromptKD = paper.Trainer.PromptKD with { Prec = "fp32" } },
            Distill = new DistillConfig
            {
                Images = Path.Combine(Pictures, DemoData.PhotosFolder),
                Classes = [.. DemoClass.All.Select(one => one.Name)],
                Teacher = Path.Combine(s_models, "teacher"),
                Student = Path.Combine(s_models, "student"),
                Vocab = Path.Combine(s_models, "teacher", "merges.txt"),
                Val = Path.Combine(Pictures, DemoData.TestFolder),
            },
        };
    }

    private static IEnumerable<string> ModelsMeasured(string run) => File.ReadLines(Path.Combine(run, "metrics.jsonl"))
        .Select(line => JsonDocument.Parse(line).RootElement)
        .Where(line => line.GetProperty("kind").GetString() == "validation")
        .Select(line => line.GetProperty("model").GetString()!);

    private static string Digest(DistillationReport report) => Convert.ToHexString(
        SHA256.HashData(File.ReadAllBytes(Path.Combine(report.StudentFolder, "student.safetensors"))));

    private sealed class Stopper(CancellationTokenSource stop) : ITrainingObserver
    {
        public void OnStep(TrainingProgress progress) => stop.Cancel();
    }
}
