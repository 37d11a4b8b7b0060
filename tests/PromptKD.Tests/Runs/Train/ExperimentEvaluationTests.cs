using PromptKD.Configuration;
using PromptKD.Evaluation;
using PromptKD.Models.Weights;
using PromptKD.Runs;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Runs.Train;

/// <summary>
/// <see cref="Experiment.Train"/> where it only evaluates what was learned before. It starts torch's one random
/// generator, so no other test may run beside it.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class ExperimentEvaluationTests : IDisposable
{
    private readonly TrainingRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Evaluates_a_model_that_is_there_and_leaves_its_result_alone()
    {
        TrainingResult trained = Train(_runs.Config(options: ["TRAIN.CHECKPOINT_FREQ", "1"])).Result!;
        string model = _runs.Output("run");
        var request = new TrainingRequest { EvalOnly = true, ModelDir = model, LoadEpoch = trained.Epoch };

        TrainingResult evaluated = Train(_runs.Config(run: "evaluated"), request).Result!;
        Train(_runs.Config(), request);

        Assert.Equal(trained with { Selection = ModelSelection.Given, LearnedOn = "EuroSAT" }, evaluated);
        Assert.True(File.Exists(Path.Combine(_runs.Output("run"), "evaluation.json")));
        Assert.Equal(2, Directory.GetFiles(_runs.Output("run"), "log.txt*").Length);
    }

    [Fact]
    public void An_evaluation_with_other_shots_than_the_model_learned_from_says_so()
    {
        Train(_runs.Config(options: ["TRAIN.CHECKPOINT_FREQ", "1", "DATASET.NUM_SHOTS", "2"]));
        var request = new TrainingRequest { EvalOnly = true, ModelDir = _runs.Output("run"), LoadEpoch = 1 };

        Train(_runs.Config(run: "alike", options: ["DATASET.NUM_SHOTS", "2"]), request);
        Train(_runs.Config(run: "other", options: ["DATASET.NUM_SHOTS", "1"]), request);

        string Log(string run) => File.ReadAllText(Path.Combine(_runs.Output(run), "log.txt"));
        const string Said = "learned from 2 (result.json there): it is reported as one of 1";
        Assert.DoesNotContain("learned from 2", Log("alike"), StringComparison.Ordinal);
        Assert.Contains(Said, Log("other"), StringComparison.Ordinal);
    }

    [Fact]
    public void Frozen_weights_that_a_checkpoint_carries_are_evaluated_in_place_of_the_clips()
    {
        string[] options = ["TRAINER.NAME", "IVLP", "TRAINER.IVLP.PREC", "fp32", "TRAIN.CHECKPOINT_FREQ", "1"];
        TrainingResult trained = Train(_runs.Config(options: options)).Result!;
        string other = Path.Combine(_runs.Folder, "other.safetensors");

        // The words' embeddings are in no checkpoint.
        using (DisposeScope scope = NewDisposeScope())
        {
            Dictionary<string, Tensor> weights = SafetensorsFile.Read(_runs.Student);
            SafetensorsFile.Write(
                other,
                [
                    .. weights.Select(named => KeyValuePair.Create(
                        named.Key,
                        named.Key is "visual.proj" or "text_projection" ? -3 * named.Value.flip(0) : named.Value)),
                ]);
        }

        TrainingResult evaluated = Train(
            _runs.Config(run: "evaluated", options: [.. options, "DISTILL.STUDENT", other]),
            new TrainingRequest { EvalOnly = true, ModelDir = _runs.Output("run"), LoadEpoch = trained.Epoch }).Result!;

        Assert.Equal((trained.Accuracy, trained.MacroF1), (evaluated.Accuracy, evaluated.MacroF1));
    }

    [Fact]
    public void Says_which_models_there_are_when_the_one_asked_for_is_not()
    {
        Train(_runs.Config());
        var request = new TrainingRequest { EvalOnly = true, LoadEpoch = 7 };

        string message = Assert.Throws<PromptKDException>(() => Train(_runs.Config(), request)).Message;

        Assert.Contains("model.pth.tar-7", message, StringComparison.Ordinal);
        Assert.Contains("model-best.pth.tar, model.pth.tar-2", message, StringComparison.Ordinal);
    }

    private static TrainingReport Train(ExperimentConfig config, TrainingRequest? request = null) => Experiment.Train(
        config, request ?? new TrainingRequest(), cancellationToken: TestContext.Current.CancellationToken);
}
