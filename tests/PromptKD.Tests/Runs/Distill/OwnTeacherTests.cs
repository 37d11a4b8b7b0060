using PromptKD.Configuration;
using PromptKD.Data.Decoding;
using PromptKD.Inference;
using PromptKD.Runs;
using PromptKD.Teachers;
using PromptKD.Training;

namespace PromptKD.Tests.Runs.Distill;

/// <summary>Students of teachers that are no CLIPs.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class OwnTeacherTests : IDisposable
{
    private static readonly string[] s_names = ["red", "green", "blue"];
    private static readonly string[] s_otherOrder = ["green", "red", "blue"];

    private readonly DistillingRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData("0", false)]
    [InlineData("2", false)]
    [InlineData("0", true)]
    [InlineData("2", true)]
    public void A_student_comes_to_say_what_its_teacher_says(string views, bool hasVectors)
    {
        // The teacher says "blue" whatever it sees: that is easily learned.
        var teacher = new Decided(2) { HasVectors = hasVectors };

        DistillationReport report = Distil(
            Config("run", "DISTILL.VIEWS", views, "OPTIM.MAX_EPOCH", "20", "OPTIM.LR", "0.1"), teacher);

        Assert.Equal(DistillingRuns.Pictures, report.Pictures);
        Assert.True(report.Epochs[^1].Loss < report.Epochs[0].Loss);
        using var student = StudentClassifier.Load(
            report.StudentFolder, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(s_names, student.ClassNames);
        Assert.Equal("blue", student.Classify(
            _runs.Picture(3), cancellationToken: TestContext.Current.CancellationToken)[0].Name);
        Assert.Contains(
            "TEACHER: \"own:decided\"",
            File.ReadAllText(Path.Combine(_runs.Output("run"), "config.yaml")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_asked_with_pixels_of_its_own_size_and_with_the_token_of_the_run()
    {
        var teacher = new Decided(0);
        using var stop = new CancellationTokenSource();

        Experiment.Distil(new Distillation(Config("run")) { Teacher = teacher }, cancellationToken: stop.Token);

        Assert.All(teacher.Asked, asked => Assert.Equal(asked.Count * 3 * 12 * 12, asked.Values));
        Assert.All(teacher.Asked, asked => Assert.Equal(stop.Token, asked.Token));
        Assert.Contains(teacher.Asked, asked => asked.Count == 5);
    }

    [Fact]
    public void A_run_goes_on_with_the_same_teacher_and_with_no_other()
    {
        Distil(Config("whole"), new Decided(1));
        using var stop = new CancellationTokenSource();
        var cut = new Distillation(Config("cut")) { Teacher = new Decided(1) };
        Assert.ThrowsAny<OperationCanceledException>(() => Experiment.Distil(cut, new StopsIn2(stop), stop.Token));

        var error = Assert.Throws<PromptKDException>(() => Distil(Config("cut"), new Decided(1) { Version = "2" }));
        Assert.Contains("other", error.Message, StringComparison.Ordinal);
        Distil(Config("cut"), new Decided(1));

        Assert.Equal(_runs.StudentBytes("whole"), _runs.StudentBytes("cut"));
    }

    [Fact]
    public void Settings_that_name_another_teacher_or_other_classes_are_refused()
    {
        var error = Assert.Throws<PromptKDException>(
            () => Distil(Config("run", "DISTILL.TEACHER", _runs.Teacher), new Decided(0)));
        Assert.Equal(
            $"DISTILL.TEACHER is '{_runs.Teacher}', and the teacher is own:decided. Leave one of them out.",
            error.Message);

        ExperimentConfig config = Config("run");
        error = Assert.Throws<PromptKDException>(
            () => Distil(
                config with { Distill = config.Distill with { Classes = [.. s_otherOrder] } }, new Decided(0)));
        Assert.StartsWith(
            "DISTILL.CLASSES are green, red, blue, and own:decided has red, green, blue",
            error.Message,
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(_runs.Output("run")));
    }

    [Fact]
    public void Answers_that_cannot_be_are_mistakes_of_the_program_and_its_exceptions_stay_as_they_are()
    {
        var error = Assert.Throws<InvalidOperationException>(
            () => Distil(Config("short"), new Decided(0) { Wrong = [1, 2] }));
        Assert.Equal("own:decided gave 2 values for 5 pictures, expected 15.", error.Message);
        error = Assert.Throws<InvalidOperationException>(
            () => Distil(Config("nan"), new Decided(0) { Wrong = [.. Enumerable.Repeat(float.NaN, 15)] }));
        Assert.Equal("own:decided gave values that are no numbers.", error.Message);
        Assert.Throws<TimeoutException>(
            () => Distil(Config("late"), new Decided(0) { Fault = new TimeoutException() }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a b")]
    public void So_are_names_that_cannot_stand_in_settings(string name) =>
        Assert.Throws<ArgumentException>(() => Distil(Config("run"), new Decided(0) { Name = name }));

    private ExperimentConfig Config(string run, params string[] options) => _runs.Config(
        run, ["DISTILL.TEACHER", "", "DISTILL.CLASSES", "[]", "DISTILL.HOLDOUT", "0", .. options]);

    private static DistillationReport Distil(ExperimentConfig config, IPictureTeacher teacher) => Experiment.Distil(
        new Distillation(config) { Teacher = teacher }, cancellationToken: TestContext.Current.CancellationToken);

    private sealed class StopsIn2(CancellationTokenSource stop) : ITrainingObserver
    {
        public void OnStep(TrainingProgress progress)
        {
            if (progress.Epoch == 2)
            {
                stop.Cancel();
            }
        }
    }

    // Certain of one class; its class vectors are corners of a room of five dimensions, twice as far out as need be.
    private sealed class Decided(int certain) : IPictureTeacher
    {
        public string Name { get; init; } = "decided";

        public string Version { get; init; } = "1";

        public bool HasVectors { get; init; }

        public float[]? Wrong { get; init; }

        public Exception? Fault { get; init; }

        public List<(int Values, int Count, CancellationToken Token)> Asked { get; } = [];

        public IReadOnlyList<string> ClassNames => s_names;

        public Preprocessing Preparation { get; } = new() { Size = 12 };

        public IReadOnlyList<float[]>? ClassVectors =>
            HasVectors ? [[2, 0, 0, 0, 0], [0, 2, 0, 0, 0], [0, 0, 0, 0, 2]] : null;

        public float[] Ask(ReadOnlyMemory<float> pixels, int count, CancellationToken cancellationToken)
        {
            Asked.Add((pixels.Length, count, cancellationToken));
            float[] scores = [0, 0, 0];
            scores[certain] = 10;
            float[] one = HasVectors ? ClassVectors![certain] : scores;
            return Fault is not null
                ? throw Fault
                : Wrong ?? [.. Enumerable.Repeat(one, count).SelectMany(values => values)];
        }
    }
}
