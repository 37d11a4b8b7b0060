using PromptKD.Configuration;
using PromptKD.Data.Pictures;
using PromptKD.Runs;
using PromptKD.Training;

namespace PromptKD.Tests.Runs.Distill;

/// <summary>Runs on pictures that lie in no folder, beside runs on the same pictures in one.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class OwnPicturesTests : IDisposable
{
    private readonly DistillingRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData("0")]
    [InlineData("2")]
    public void The_student_is_that_of_a_folder_of_the_same_pictures(string views)
    {
        DistillingRuns.Distil(_runs.Config("folder", "DISTILL.VIEWS", views));

        DistillationReport report = Distil(Config("own", "DISTILL.VIEWS", views), new Memory(_runs));

        Assert.Equal(_runs.StudentBytes("folder"), _runs.StudentBytes("own"));
        Assert.Equal(DistillingRuns.Pictures, report.Pictures);
        Assert.Contains(
            "IMAGES: \"source:memory\"",
            File.ReadAllText(Path.Combine(_runs.Output("own"), "config.yaml")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_was_stopped_goes_on_to_the_same_student_and_events_come_in_order()
    {
        Distil(Config("whole"), new Memory(_runs));
        using var stop = new CancellationTokenSource();
        var stopped = new Events(one =>
        {
            if (one is StepDone { Progress: { Epoch: 2, Batch: 1 } })
            {
                stop.Cancel();
            }
        });
        var cut = new Distillation(Config("cut")) { Pictures = new Memory(_runs) };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Experiment.DistilAsync(cut, stopped, stop.Token));
        var goneOn = new Events();
        await Experiment.DistilAsync(cut, goneOn, TestContext.Current.CancellationToken);

        Assert.Equal(_runs.StudentBytes("whole"), _runs.StudentBytes("cut"));
        Assert.Equal(
            [(1, 1), (1, 2), (2, 1)],
            stopped.OfType<StepDone>().Select(step => (step.Progress.Epoch, step.Progress.Batch)));
        Assert.Equal([1], stopped.OfType<EpochDone>().Select(one => one.Epoch.Epoch));
        Assert.True(stopped.FindIndex(one => one is EpochDone) < stopped.FindLastIndex(one => one is StepDone));
        Assert.Equal(new TrainingBegan(FromLabels: false), Assert.Single(stopped.OfType<TrainingBegan>()));
        Assert.Contains(stopped, one => one is PhaseBegan { Description: "Hashing 10 pictures" });
        Assert.Equal([2], goneOn.OfType<EpochDone>().Select(one => one.Epoch.Epoch));
    }

    [Fact]
    public void A_run_goes_on_with_no_other_picture()
    {
        Distil(Config("run"), new Memory(_runs));
        var other = new Memory(_runs) { Other = "3.png" };

        var error = Assert.Throws<PromptKDException>(() => Distil(Config("run", "OPTIM.MAX_EPOCH", "2"), other));

        Assert.Contains("3.png", error.Message, StringComparison.Ordinal);
        Assert.Contains("holds a run with other pictures", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_that_cannot_be_had_is_left_out_and_named()
    {
        DistillationReport report = Distil(Config("run"), new Memory(_runs) { Lost = "7.png" });

        Assert.Equal(DistillingRuns.Pictures - 1, report.Pictures);
        SkippedPicture skipped = Assert.Single(report.Skipped);
        Assert.Equal("source:memory/7.png", skipped.Path);
        Assert.Contains("the row is locked", skipped.Reason, StringComparison.Ordinal);
        var error = Assert.Throws<PromptKDException>(
            () => Distil(Config("strict", "DISTILL.STRICT", "True"), new Memory(_runs) { Lost = "7.png" }));
        Assert.StartsWith("source:memory/7.png: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_the_same_name_is_another_thing()
    {
        var source = new Memory(_runs);
        PictureItem item = PictureFolder.Of(source).Items[0];

        Assert.False(item.Bytes.IsInFile);
        Assert.Null(item.FindChange());
        Assert.Equal("0.png", item.NameFrom(SourcePictures.RootOf(source)));
    }

    [Fact]
    public void A_folder_beside_a_source_is_refused_and_so_is_a_source_without_pictures()
    {
        ExperimentConfig both = _runs.Config("run");

        var error = Assert.Throws<PromptKDException>(() => Distil(both, new Memory(_runs)));
        Assert.Equal(
            $"DISTILL.IMAGES is '{_runs.Images}', and the pictures come from source:memory. Leave one of them out.",
            error.Message);
        error = Assert.Throws<PromptKDException>(() => Distil(Config("run"), new Memory(_runs) { Names = [] }));
        Assert.Equal("source:memory has no pictures.", error.Message);
        Assert.False(Directory.Exists(_runs.Output("run")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a//b")]
    [InlineData("../a")]
    [InlineData("a/./b")]
    [InlineData("/a")]
    [InlineData("a\nb")]
    [InlineData("a\\b")]
    [InlineData("0.png")]
    public void Names_that_cannot_be_told_apart_are_mistakes_of_the_program(string odd) =>
        Assert.Throws<ArgumentException>(() => Distil(Config("run"), new Memory(_runs) { Names = ["0.png", odd] }));

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a b")]
    public void So_are_names_of_sources(string name) =>
        Assert.Throws<ArgumentException>(() => Distil(Config("run"), new Memory(_runs) { Name = name }));

    private ExperimentConfig Config(string run, params string[] options) =>
        _runs.Config(run, ["DISTILL.IMAGES", "", .. options]);

    private static DistillationReport Distil(ExperimentConfig config, IPictureSource source) => Experiment.Distil(
        new Distillation(config) { Pictures = source }, cancellationToken: TestContext.Current.CancellationToken);

    private sealed class Events(Action<RunEvent>? also = null) : List<RunEvent>, IProgress<RunEvent>
    {
        public void Report(RunEvent value)
        {
            Add(value);
            also?.Invoke(value);
        }
    }

    private sealed class Memory(DistillingRuns runs) : IPictureSource
    {
        public string Name { get; init; } = "memory";

        public string? Lost { get; init; }

        public string? Other { get; init; }

        public IReadOnlyList<string> Names { get; init; } =
            [.. Enumerable.Range(0, DistillingRuns.Pictures).Select(number => $"{number}.png")];

        public IReadOnlyList<string> Pictures => Names;

        public Stream Open(string picture) => picture == Lost
            ? throw new IOException("the row is locked")
            : new MemoryStream(File.ReadAllBytes(Path.Combine(runs.Images, picture == Other ? "4.png" : picture)));
    }
}
