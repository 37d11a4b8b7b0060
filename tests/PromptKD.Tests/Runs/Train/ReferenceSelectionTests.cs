using PromptKD.Configuration;
using PromptKD.Evaluation;
using PromptKD.Golden;
using PromptKD.Runs;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Runs.Train;

/// <summary>
/// Which epoch is kept with <c>--reference</c>, a row a method and protocol, by the method's own trainer file. Dassl's
/// engine keeps the first of the best on its "val", which is a test list, where the file says best_val; else the last
/// epoch.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class ReferenceSelectionTests : IDisposable
{
    private const int Epochs = 3;

    private readonly TrainingRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData("PromptKD", "vit_b16_c2_ep20_batch8_4+4ctx", "EuroSAT", "base2novel", "all", 0)]
    [InlineData("PromptKD", "vit_b16_c2_ep20_batch8_4+4ctx_cross_datasets", "EuroSAT", "cross", "all", 0)]
    [InlineData("PromptKD", "vit_b16_c2_ep20_batch8_4+4ctx_cross_datasets", "ImageNetA", "cross", "all", 0)]
    [InlineData("MaPLe", "vit_b16_c2_ep5_batch4_2ctx", "EuroSAT", "base2novel", "base", 2)]
    [InlineData("PromptSRC", "vit_b16_c2_ep50_batch4_4+4ctx_few_shot", "EuroSAT", "base2novel", "all", 2)]
    public void The_first_of_the_best_on_test_pictures_is_kept(
        string trainer, string file, string dataset, string modal, string classes, int shots)
    {
        TrainingResult result = Train(Config(trainer, file, dataset, modal, classes, shots)).Result!;

        // Each epoch's model as it was saved, measured by itself: PromptSRC's raw prompts, but for the last one's
        // average.
        double[] measured =
        [
            .. Enumerable.Range(1, Epochs).Select(epoch => Evaluate(
                Config(trainer, file, dataset, modal, classes, shots, $"epoch-{epoch}", "TEST.SPLIT", "val"), epoch)),
        ];
        Assert.Equal(ModelSelection.BestOnTest, result.Selection);
        Assert.Equal(Array.IndexOf(measured, measured.Max()) + 1, result.Epoch);
        Assert.Equal(
            Evaluate(Config(trainer, file, dataset, modal, classes, shots, "kept"), result.Epoch!.Value),
            result.Accuracy);
    }

    [Theory]
    [InlineData("CoOp", "vit_b16_ep50_ctxv1", "EuroSAT", "base")]
    [InlineData("CoOp", "vit_b16_ep50", "EuroSAT", "all")]
    [InlineData("CoOp", "vit_b16_ep50_ctxv1", "ImageNetA", "all")]
    [InlineData("CoCoOp", "vit_b16_c4_ep10_batch1_ctxv1", "EuroSAT", "base")]
    [InlineData("CoCoOp", "vit_b16_c4_ep10_batch1_ctxv1", "EuroSAT", "all")]
    [InlineData("MaPLe", "vit_b16_c2_ep5_batch4_2ctx_cross_datasets", "EuroSAT", "all")]
    [InlineData("IVLP", "vit_b16_c2_ep20_batch8_4+4ctx", "EuroSAT", "base")]
    [InlineData("IVLP", "vit_b16_c2_ep20_batch8_4+4ctx", "ImageNetA", "all")]
    [InlineData("PromptSRC", "vit_b16_c2_ep20_batch4_4+4ctx", "EuroSAT", "base")]
    [InlineData("PromptSRC", "vit_b16_c2_ep20_batch4_4+4ctx_cross_datasets", "EuroSAT", "all")]
    public void The_last_epoch_is_kept_where_the_trainers_file_does_not_choose(
        string trainer, string file, string dataset, string classes)
    {
        TrainingResult result = Train(Config(trainer, file, dataset, "base2novel", classes, shots: 2)).Result!;

        Assert.Equal((ModelSelection.LastEpoch, Epochs), (result.Selection, result.Epoch));
        Assert.Equal(
            Evaluate(Config(trainer, file, dataset, "base2novel", classes, 2, "kept"), Epochs), result.Accuracy);
    }

    private double Evaluate(ExperimentConfig config, int epoch)
    {
        var request = new TrainingRequest { EvalOnly = true, ModelDir = _runs.Output("run"), LoadEpoch = epoch };
        return Train(config, request).Result!.Accuracy!.Value;
    }

    private ExperimentConfig Config(
        string trainer, string file, string dataset, string modal, string classes, int shots, string run = "run",
        params string[] more)
    {
        string path = Path.Combine(ProjectFolder.Root, "configs", "trainers", trainer, $"{file}.yaml");
        TestConfig test = new ExperimentConfig().MergeFile(path).Test;
        return _runs.Config(dataset, modal, run,
        [
            "REFERENCE", "True", "TRAINER.NAME", trainer, $"TRAINER.{trainer.ToUpperInvariant()}.PREC", "fp32",
            "DATASET.SUBSAMPLE_CLASSES", classes, "DATASET.NUM_SHOTS", $"{shots}", "TEST.FINAL_MODEL", test.FinalModel,
            "OPTIM.MAX_EPOCH", $"{Epochs}", "OPTIM.LR", "0.05", "TRAIN.CHECKPOINT_FREQ", "1", .. more,
        ]);
    }

    private static TrainingReport Train(ExperimentConfig config, TrainingRequest? request = null) =>
        Experiment.Train(config, request ?? new TrainingRequest(), null, TestContext.Current.CancellationToken);
}
