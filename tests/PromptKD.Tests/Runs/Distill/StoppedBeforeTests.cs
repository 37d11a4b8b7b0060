using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Data.Datasets;
using PromptKD.Evaluation.Probing;
using PromptKD.Features.Store;
using PromptKD.Runs;
using PromptKD.Teachers;

namespace PromptKD.Tests.Runs.Distill;

/// <summary>Each verb's way to its pictures hears a stop, and leaves nothing behind.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class StoppedBeforeTests : IDisposable
{
    private static readonly CancellationToken s_stop = new(canceled: true);

    private readonly DistillingRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Distil()
    {
        Assert.Throws<OperationCanceledException>(() => Experiment.Distil(_runs.Config(), null, s_stop));
        Assert.False(Directory.Exists(_runs.Output("run")));
    }

    [Fact]
    public void Teach()
    {
        ExperimentConfig config = Labelled();

        Assert.Throws<OperationCanceledException>(() => Experiment.Teach(config, null, s_stop));
        Assert.Throws<OperationCanceledException>(() => LabelledPictures.Read(config, s_stop));
        Assert.False(Directory.Exists(config.OutputDir));
    }

    [Fact]
    public void Both_stages() => Assert.Throws<OperationCanceledException>(
        () => TwoStages.Join(TeachPreset.Config, Labelled(), s_stop));

    [Fact]
    public void Store_and_check_a_store()
    {
        ExperimentConfig config = _runs.Config("run", "DISTILL.STORE", _runs.Output("store"), "DISTILL.VIEWS", "1");
        Assert.Throws<OperationCanceledException>(() => TeacherStoring.Fill(config, new StorePart(0, 1), null, s_stop));
        Assert.False(Directory.Exists(_runs.Output("store")));

        TeacherStoring.Fill(config, new StorePart(0, 1), null, TestContext.Current.CancellationToken);
        Assert.Throws<OperationCanceledException>(() => TeacherStoring.Check(_runs.Output("store"), s_stop));
    }

    [Fact]
    public void Probe() => Assert.Throws<OperationCanceledException>(() => LinearProbe.Run(
        new LinearProbeRequest
        {
            Clip = _runs.Student,
            Train = _runs.Images,
            Validation = _runs.Images,
            Test = _runs.Images,
        },
        null,
        s_stop));

    private ExperimentConfig Labelled()
    {
        string folder = Path.Combine(_runs.Folder, "labelled");
        foreach ((string name, int number) in new[] { ("cat", 0), ("dog", 1), ("owl", 2) })
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
            File.Copy(_runs.Picture(number), Path.Combine(folder, name, "1.png"), overwrite: true);
        }

        ExperimentConfig config = _runs.Config();
        return config with { Distill = config.Distill with { Labelled = folder } };
    }
}
