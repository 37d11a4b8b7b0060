using System.Security.Cryptography;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Demo;
using PromptKD.Golden;
using PromptKD.Runs;

namespace PromptKD.Tests.Runs.Distill;

/// <summary>
/// Whole runs in this process, on the demo's models and a few pictures. They start torch's one random generator, so
/// no other test may run beside them.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class ExperimentTests : IDisposable
{
    private const int Steps = 6;

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly int _threads = get_num_threads();

    public ExperimentTests()
    {
        // Models this small are not faster on two threads, and much slower where those have to wait for a core.
        set_num_threads(1);
        DemoData.Write(Pictures, photosPerClass: 1, testPerClass: 1);
        File.WriteAllText(Path.Combine(Pictures, DemoData.PhotosFolder, "damaged.png"), "no picture");
    }

    private string Pictures => Path.Combine(_folder, "pictures");

    public void Dispose()
    {
        set_num_threads(_threads);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Learns_and_measures_in_each_epoch()
    {
        var observer = new Interrupter(null);

        DistillationReport report = Experiment.Distil(Config("run"), observer, TestContext.Current.CancellationToken);

        Assert.Equal([1, 2], report.Epochs.Select(epoch => epoch.Epoch));
        Assert.Equal(report.Epochs, observer.Epochs);
        Assert.Equal(Steps, observer.Steps);
        Assert.Equal(48, report.Pictures);
        Assert.Equal("damaged.png", Path.GetFileName(Assert.Single(report.Skipped).Path));
        Assert.NotNull(report.Teacher?.HarmonicMean);
        Assert.Equal(report.Epochs[^1].Validation, report.Student);
    }

    [Fact]
    public void Ends_in_the_same_bytes_when_it_is_stopped_behind_each_step()
    {
        Experiment.Distil(Config("whole"), cancellationToken: TestContext.Current.CancellationToken);

        for (int stops = 0; stops < Steps; stops++)
        {
            using var stop = new CancellationTokenSource();
            Assert.Throws<OperationCanceledException>(() =>
                Experiment.Distil(Config("stopped"), new Interrupter(stop.Cancel), stop.Token));
        }

        Experiment.Distil(Config("stopped"), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(Digests("whole"), Digests("stopped"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.0 / 60_000_000)]
    public void Ends_in_the_same_bytes_when_it_breaks_off_without_saving(double checkpointMinutes)
    {
        ExperimentConfig config = Config("broken");
        config = config with { Train = config.Train with { CheckpointMinutes = checkpointMinutes } };
        Experiment.Distil(Config("whole"), cancellationToken: TestContext.Current.CancellationToken);

        foreach (int step in new[] { 2, 5, 1 })
        {
            var breaking = new Interrupter(() => throw new InvalidOperationException("power cut"), step);
            Record.Exception(() => Experiment.Distil(config, breaking, TestContext.Current.CancellationToken));
        }

        Experiment.Distil(config, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(Digests("whole"), Digests("broken"));
    }

    [Fact]
    public void Mends_metrics_and_package_that_a_cut_behind_the_last_checkpoint_left_out()
    {
        Experiment.Distil(Config("run"), cancellationToken: TestContext.Current.CancellationToken);
        Dictionary<string, string> whole = Digests("run");
        string metrics = Path.Combine(_folder, "run", "metrics.jsonl");
        File.WriteAllLines(metrics, File.ReadAllLines(metrics)[..^2]);
        Directory.Delete(Path.Combine(_folder, "run", "student"), recursive: true);

        Experiment.Distil(Config("run"), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(whole, Digests("run"));
    }

    [Fact]
    public void Reports_a_finished_run_again_without_a_step()
    {
        DistillationReport first = Experiment.Distil(
            Config("run"), cancellationToken: TestContext.Current.CancellationToken);
        var observer = new Interrupter(null);

        DistillationReport second = Experiment.Distil(
            Config("run"), observer, TestContext.Current.CancellationToken);

        Assert.Equal(0, observer.Steps);
        Assert.Equal(first.Epochs, second.Epochs);
        Assert.Equal(first.Skipped, second.Skipped);
        Assert.Equal((first.Teacher, first.Student), (second.Teacher, second.Student));
    }

    private ExperimentConfig Config(string run)
    {
        string models = Path.Combine(ProjectFolder.Root, "demo");
        ExperimentConfig paper = DistillPreset.Config;
        return paper with
        {
            OutputDir = Path.Combine(_folder, run),
            Optim = paper.Optim with { MaxEpoch = 2 },
            DataLoader = paper.DataLoader with { TrainX = paper.DataLoader.TrainX with { BatchSize = 16 } },
            Trainer = paper.Trainer with { PromptKD = paper.Trainer.PromptKD with { Prec = "fp32" } },
            Distill = new DistillConfig
            {
                Images = Path.Combine(Pictures, DemoData.PhotosFolder),
                Classes = [.. DemoClass.All.Select(one => one.Name)],
                Teacher = Path.Combine(models, "teacher"),
                Student = Path.Combine(models, "student"),
                Vocab = Path.Combine(models, "teacher", "merges.txt"),
                Val = Path.Combine(Pictures, DemoData.TestFolder),
                Base = 24,
            },
        };
    }

    /// <summary>SHA-256 by name of all that a run is for: its package and its metrics.</summary>
    private Dictionary<string, string> Digests(string run)
    {
        string folder = Path.Combine(_folder, run);
        return Directory.EnumerateFiles(Path.Combine(folder, "student"))
            .Append(Path.Combine(folder, "metrics.jsonl"))
            .ToDictionary(
                path => Path.GetFileName(path), path => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))));
    }
}

/// <summary>Tests that change what all of the process shares.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
[Trait("process", "its own")]
public sealed class AloneInTheProcess
{
    public const string Name = "alone in the process";
}
