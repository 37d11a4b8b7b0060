using System.Security.Cryptography;
using System.Text.Json;
using PromptKD.Configuration;
using PromptKD.Dassl;
using PromptKD.Evaluation;
using PromptKD.Models.Weights;
using PromptKD.Reporting;
using PromptKD.Runs;
using PromptKD.Tests.Data.Datasets;
using PromptKD.Tests.Runs.Distill;
using PromptKD.Training;

namespace PromptKD.Tests.Runs.Train;

/// <summary>
/// <see cref="Experiment.Train"/> on fake data sets of four classes, with tiny random CLIPs. It starts torch's one
/// random generator, so no other test may run beside it.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class ExperimentTrainTests : IDisposable
{
    // Two epochs, each of two batches of eight of the sixteen training pictures.
    private const int Steps = 4;
    private const string Folder = TrainingRuns.Models;

    private readonly TrainingRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Theory]
    [MemberData(nameof(FakeDatasets.Names), MemberType = typeof(FakeDatasets))]
    public void Runs_both_protocols_on_every_data_set(string dataset)
    {
        FakeDatasets.Create(dataset, _runs.Root);
        bool isVariant = dataset is "ImageNetV2" or "ImageNetSketch" or "ImageNetA" or "ImageNetR";

        TrainingResult split = Train(_runs.Config(dataset, "base2novel", "split")).Result!;
        TrainingResult cross = Train(_runs.Config(dataset, "cross", "cross")).Result!;

        Assert.Equal(isVariant ? null : split.Accuracy, split.Novel);
        Assert.Equal(isVariant, split.Base is null);
        Assert.Equal((isVariant ? 4 * 8 : 2 * FakeDatasets.Test), split.TestPictures);
        Assert.Equal((isVariant ? 4 * 8 : 4 * FakeDatasets.Test), cross.TestPictures);
        Assert.Null(cross.HarmonicMean);
        Assert.Equal(
            isVariant || dataset == "ImageNet" ? ModelSelection.LastEpoch : ModelSelection.BestOnValidation,
            split.Selection);
        Assert.Equal(
            PythonNumber.Fixed(cross.Accuracy!.Value, 1),
            PythonNumber.Fixed(
                DasslResults.LastResult(File.ReadLines(Path.Combine(_runs.Output("cross"), "log.txt")))!.Value, 1));
        Assert.True(File.Exists(Path.Combine(_runs.Output("split"), Folder, "model.pth.tar-2")));
    }

    [Fact]
    public void Reports_base_novel_and_harmonic_mean_of_one_model()
    {
        var observer = new Interrupter(null);

        TrainingResult result = Train(
            _runs.Config(options: ["TEST.PER_CLASS_RESULT", "True"]), observer: observer).Result!;

        Assert.Equal(
            2 * result.Base * result.Novel / Math.Max(1e-9, (result.Base + result.Novel)!.Value), result.HarmonicMean);
        string last = observer.Printed[^1];
        Assert.Equal(
            $"  base {result.Base:0.0} %   novel {result.Novel:0.0} %   harmonic mean "
            + $"{PythonNumber.Fixed(result.HarmonicMean!.Value, 1)} %",
            last);
        string[] names = [.. FakeDatasets.Create("EuroSAT", Path.Combine(_runs.Folder, "again")).ClassNames];
        Assert.Contains(
            observer.Printed, line => line.StartsWith($"* class: 0 ({names[2]})\t", StringComparison.Ordinal));
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(_runs.Output("run"), "result.json")));
        Assert.Equal(
            result,
            JsonSerializer.Deserialize(json, EvaluationJson.Lines.TrainingResult));
    }

    [Theory]
    [InlineData("last_step", "val", ModelSelection.LastEpoch)]
    [InlineData("best_val", "last", ModelSelection.LastEpoch)]
    [InlineData("best_val", "val", ModelSelection.BestOnValidation)]
    [InlineData("best_val", "reference", ModelSelection.BestOnTest)]
    public void Chooses_the_model_as_it_is_told(string final, string select, ModelSelection expected)
    {
        TrainingReport report = Train(_runs.Config(options: ["TEST.FINAL_MODEL", final, "TEST.SELECT", select]));

        Assert.Equal(expected, report.Result!.Selection);
        int? best = expected == ModelSelection.LastEpoch ? 2 : report.Epochs.MaxBy(
            epoch => epoch.Validation!.All)!.Epoch;
        Assert.Equal(best, report.Result.Epoch);
        Assert.Equal(
            expected != ModelSelection.LastEpoch,
            File.Exists(Path.Combine(_runs.Output("run"), Folder, "model-best.pth.tar")));
    }

    [Fact]
    public void Ends_in_the_same_bytes_when_it_is_stopped_behind_each_step()
    {
        Train(_runs.Config("EuroSAT", run: "whole"));

        for (int stops = 0; stops < Steps; stops++)
        {
            using var stop = new CancellationTokenSource();
            Assert.Throws<OperationCanceledException>(() => Experiment.Train(
                _runs.Config("EuroSAT", run: "stopped"),
                new TrainingRequest(),
                new Interrupter(stop.Cancel), stop.Token));
        }

        Train(_runs.Config("EuroSAT", run: "stopped"));
        Assert.Equal(_runs.Digests("whole"), _runs.Digests("stopped"));
    }

    [Fact]
    public void Goes_on_from_another_folder_to_the_same_bytes()
    {
        Train(_runs.Config("EuroSAT", run: "whole"));
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Experiment.Train(
            _runs.Config("EuroSAT", run: "stopped"),
                new TrainingRequest(),
                new Interrupter(stop.Cancel, atStep: 3), stop.Token));

        Train(_runs.Config("EuroSAT", run: "other", options: ["RESUME", _runs.Output("stopped")]));

        Assert.Equal(_runs.Digests("whole"), _runs.Digests("other"));
    }

    [Fact]
    public void Goes_on_from_a_checkpoint_of_the_family_to_the_same_model()
    {
        string[] options = ["TRAIN.CHECKPOINT_FREQ", "1"];
        Train(_runs.Config("EuroSAT", run: "whole", options: options));
        string from = Directory.CreateDirectory(Path.Combine(_runs.Folder, "theirs", Folder)).FullName;
        File.Copy(
            Path.Combine(_runs.Output("whole"), Folder, "model.pth.tar-1"), Path.Combine(from, "model.pth.tar-1"));
        var observer = new Interrupter(null);

        Train(
            _runs.Config("EuroSAT", run: "on", options: [.. options, "RESUME", Path.Combine(_runs.Folder, "theirs")]),
            observer: observer);

        Assert.Equal(Steps / 2, observer.Steps);
        Assert.Equal(Tensors("whole"), Tensors("on"));
    }

    [Theory]
    [InlineData("CoOp", "prompt_learner")]
    [InlineData("CoCoOp", "prompt_learner")]
    [InlineData("MaPLe", "MultiModalPromptLearner")]
    [InlineData("IVLP", "VLPromptLearner")]
    [InlineData("PromptSRC", "VLPromptLearner")]
    public void Trains_a_labelled_method_on_base_classes_and_evaluates_it_on_new_ones(string trainer, string folder)
    {
        string[] options = ["TRAINER.NAME", trainer, $"TRAINER.{trainer.ToUpperInvariant()}.PREC", "fp32"];

        TrainingResult trained = Train(
            _runs.Config(options: [.. options, "DATASET.SUBSAMPLE_CLASSES", "base"])).Result!;
        TrainingResult evaluated = Train(
            _runs.Config(run: "new", options: [.. options, "DATASET.SUBSAMPLE_CLASSES", "new"]),
            new TrainingRequest { EvalOnly = true, ModelDir = _runs.Output("run"), LoadEpoch = 2 }).Result!;

        Assert.True(File.Exists(Path.Combine(_runs.Output("run"), folder, "model.pth.tar-2")));
        Assert.Equal(("base", "new"), (trained.Protocol, evaluated.Protocol));
        Assert.Equal(2 * FakeDatasets.Test, trained.TestPictures);
        Assert.Equal(2, evaluated.Epoch);
        Assert.Null(trained.HarmonicMean);
    }

    [Theory]
    [InlineData("ZeroshotCLIP")]
    [InlineData("ZeroshotCLIP2")]
    public void Evaluates_plain_clip(string trainer)
    {
        TrainingResult result = Train(_runs.Config(options: ["TRAINER.NAME", trainer])).Result!;

        Assert.Equal((ModelSelection.Given, null), (result.Selection, result.Epoch));
        Assert.Equal(4 * FakeDatasets.Test, result.TestPictures);
    }

    [Fact]
    public void A_log_alone_says_what_the_run_came_to()
    {
        TrainingResult result = Train(_runs.Config("EuroSAT", "cross")).Result!;
        File.Delete(Path.Combine(_runs.Output("run"), TrainingResult.FileName));

        RunOutcome outcome = Assert.Single(
            OutcomeReader.Read(_runs.Output("run"), stop: TestContext.Current.CancellationToken));

        Assert.Equal(("PromptKD", "EuroSAT", 1), (outcome.Trainer, outcome.Dataset, outcome.Seed));
        Assert.Equal(PythonNumber.Fixed(result.Accuracy!.Value, 1), PythonNumber.Fixed(outcome.Accuracy!.Value, 1));
    }

    [Fact]
    public void Writes_the_confusion_matrix_for_torch()
    {
        Train(_runs.Config(options: ["TEST.COMPUTE_CMAT", "True"]));

        using CheckpointFile file = CheckpointFile.Open(Path.Combine(_runs.Output("run"), "cmat.pt"));
        using Tensor matrix = file.Tensors.Values.Single().Read();
        Assert.All(matrix.sum(1).data<double>().ToArray(), row => Assert.True(row is 0 || Math.Abs(row - 1) < 1e-12));
    }

    [Fact]
    public void Tests_nothing_when_it_is_told_so()
    {
        TrainingReport report = Train(_runs.Config(options: ["TEST.NO_TEST", "True"]));

        Assert.Null(report.Result!.Accuracy);
        Assert.Null(report.Epochs[^1].Validation);
    }

    [Fact]
    public void Opens_and_stops_when_it_is_not_to_train()
    {
        var observer = new Interrupter(null);

        TrainingReport report = Train(_runs.Config(), new TrainingRequest { NoTrain = true }, observer);

        Assert.Null(report.Result);
        Assert.Equal(0, observer.Steps);
    }

    [Fact]
    public void Names_the_trainers_that_there_are()
    {
        ExperimentConfig config = _runs.Config();
        config = config with { Trainer = config.Trainer with { Name = "PromtKD" } };

        string message = Assert.Throws<PromptKDException>(() => Train(config)).Message;

        Assert.StartsWith("No trainer 'PromtKD'. Did you mean PromptKD? There are ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_to_go_on_from_a_folder_without_a_run() => Assert.Contains(
        "has no checkpoint",
        Assert.Throws<PromptKDException>(() => Train(_runs.Config(options: ["RESUME", _runs.Folder]))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Refuses_initial_weights_of_another_model()
    {
        string path = Path.Combine(_runs.Folder, "other.safetensors");
        SafetensorsFile.Write(path, [KeyValuePair.Create("weight", zeros(3))]);

        string message = Assert.Throws<PromptKDException>(() =>
            Train(_runs.Config(options: ["MODEL.INIT_WEIGHTS", path]))).Message;

        Assert.StartsWith($"{path}: none of its 1 tensors", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_to_go_on_behind_another_initial_model()
    {
        string initial = Path.Combine(_runs.Folder, "initial.pth.tar");
        File.Copy(Learned("first", seed: "1"), initial);
        ExperimentConfig config = _runs.Config(options: ["MODEL.INIT_WEIGHTS", initial]);
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Experiment.Train(
            config, new TrainingRequest(), new Interrupter(stop.Cancel), stop.Token));
        File.Copy(Learned("second", seed: "2"), initial, overwrite: true);

        string message = Assert.Throws<PromptKDException>(() => Train(config)).Message;

        Assert.Contains("holds a run with another initial model (its SHA-256 was ", message, StringComparison.Ordinal);

        string Learned(string run, string seed)
        {
            Train(_runs.Config(run: run, options: ["SEED", seed]));
            return Path.Combine(_runs.Output(run), Folder, "model.pth.tar-2");
        }
    }

    private static TrainingReport Train(
        ExperimentConfig config, TrainingRequest? request = null, ITrainingObserver? observer = null) =>
        Experiment.Train(config, request ?? new TrainingRequest(), observer, TestContext.Current.CancellationToken);

    /// <summary>SHA-256 by name of the tensors of the last epoch.</summary>
    private Dictionary<string, string> Tensors(string run)
    {
        using CheckpointFile file = CheckpointFile.Open(Path.Combine(_runs.Output(run), Folder, "model.pth.tar-2"));
        return file.Tensors.ToDictionary(
            named => named.Key,
            named => Convert.ToHexString(SHA256.HashData(named.Value.Read().to(ScalarType.Float32).bytes.ToArray())));
    }
}
