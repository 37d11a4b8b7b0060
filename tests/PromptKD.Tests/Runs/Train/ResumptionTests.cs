using PromptKD.Configuration;
using PromptKD.Runs;
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

        Assert.Contains("holds a run with other pictures", message, StringComparison.Ordinal);
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // REFERENCE goes on from the file that was written last.
    public void A_run_never_goes_on_from_its_own_files_of_the_family(bool reference)
    {
        // Cut off behind the files of an epoch, and before its state is saved: those files are all that there is.
        string[] options = ["TRAIN.CHECKPOINT_FREQ", "1", "TEST.FINAL_MODEL", "best_val", "REFERENCE", $"{reference}"];
        Train(_runs.Config(run: "whole", options: options));
        Train(_runs.Config(options: options));
        Directory.Delete(Path.Combine(_runs.Output("run"), "checkpoints"), recursive: true);
        File.Delete(Path.Combine(_runs.Output("run"), "metrics.jsonl"));
        var listener = new Listener();

        Train(_runs.Config(options: options), listener);

        Assert.Equal(_runs.Digests("whole"), _runs.Digests("run"));
        Assert.Single(listener.Phases, phase => phase.StartsWith("Beginning anew: ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_that_a_program_of_the_family_wrote_is_gone_on_from_and_again_after_a_stop()
    {
        string[] options = ["TRAIN.CHECKPOINT_FREQ", "1", "TEST.FINAL_MODEL", "last_step", "TEST.NO_TEST", "True"];
        Train(_runs.Config(run: "theirs", options: options));
        string first = Path.Combine(_runs.Output("theirs"), TrainingRuns.Models, "model.pth.tar-1");
        foreach (string run in new[] { "whole", "stopped" })
        {
            string folder = Directory.CreateDirectory(Path.Combine(_runs.Output(run), TrainingRuns.Models)).FullName;
            File.WriteAllBytes(Path.Combine(folder, "model.pth.tar-1"), TrainingRuns.WithoutSeal(first));
        }

        var listener = new Listener();
        Train(_runs.Config(run: "whole", options: options), listener);
        Stop(_runs.Config(run: "stopped", options: options));
        Train(_runs.Config(run: "stopped", options: options));

        Assert.Single(
            listener.Phases, phase => phase.StartsWith("Going on behind epoch 1 of ", StringComparison.Ordinal));
        Assert.Equal(_runs.Digests("whole"), _runs.Digests("stopped"));
    }

    [Fact]
    public void A_best_model_of_another_run_is_not_taken_for_its_own()
    {
        string[] options = ["TEST.FINAL_MODEL", "best_val"];
        string[] others = [.. options, "OPTIM.LR", "0.02"];
        Train(_runs.Config(options: options));
        Train(_runs.Config(run: "other", options: others));
        string best = Path.Combine(TrainingRuns.Models, "model-best.pth.tar");
        File.Copy(
            Path.Combine(_runs.Output("other"), best), Path.Combine(_runs.Output("run"), best), overwrite: true);

        string message = Assert.Throws<PromptKDException>(() => Train(_runs.Config(options: options))).Message;

        Assert.Contains("of a run with other settings", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_comes_behind_the_student_it_is_of()
    {
        ExperimentConfig config = _runs.Config();
        Train(config);
        string result = Path.Combine(_runs.Output("run"), "result.json");
        string package = Path.Combine(_runs.Output("run"), "student");
        File.Delete(result);
        Directory.Delete(package, recursive: true);
        File.WriteAllText(package, "A file where the folder belongs: the package cannot be written.");

        Assert.Throws<PromptKDException>(() => Train(config));

        Assert.False(File.Exists(result));
    }

    private static TrainingReport Train(ExperimentConfig config, Listener listener) =>
        Experiment.Train(config, new TrainingRequest(), listener, TestContext.Current.CancellationToken);

    private static TrainingReport Train(ExperimentConfig config) =>
        Experiment.Train(config, new TrainingRequest(), cancellationToken: TestContext.Current.CancellationToken);

    private static void Stop(ExperimentConfig config)
    {
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Experiment.Train(
            config, new TrainingRequest(), new Listener(stop.Cancel), stop.Token));
    }
}
