using PromptKD.Configuration;
using PromptKD.Runs.Train;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Runs.Train;

/// <summary>What a training must not go on from.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class ResumptionTests : IDisposable
{
    private readonly TrainingRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Other_pictures_than_those_of_the_checkpoint_are_refused()
    {
        Stop(_runs.Config());
        File.AppendAllText(Directory.GetFiles(_runs.Root, "*.jpg", SearchOption.AllDirectories).Order().First(), " ");

        string message = Assert.Throws<PromptKDException>(() => Train(_runs.Config())).Message;

        Assert.Contains("holds a run with another pictures", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_settings_than_those_of_the_folder_of_resume_are_refused()
    {
        Stop(_runs.Config(run: "stopped"));
        ExperimentConfig other = _runs.Config(
            run: "other", options: ["RESUME", _runs.Output("stopped"), "OPTIM.MOMENTUM", "0.5"]);

        string message = Assert.Throws<PromptKDException>(() => Train(other)).Message;

        Assert.Contains("OPTIM.MOMENTUM is 0.9 and 0.5", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_finished_training_is_tested_again_to_the_same_bytes()
    {
        Train(_runs.Config());
        Dictionary<string, string> first = _runs.Digests("run");

        Train(_runs.Config());

        Assert.Equal(first, _runs.Digests("run"));
    }

    private static TrainingReport Train(ExperimentConfig config) =>
        Experiment.Train(config, new TrainingRequest(), cancellation: TestContext.Current.CancellationToken);

    private static void Stop(ExperimentConfig config)
    {
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Experiment.Train(
            config, new TrainingRequest(), new Listener(stop.Cancel), stop.Token));
    }
}
