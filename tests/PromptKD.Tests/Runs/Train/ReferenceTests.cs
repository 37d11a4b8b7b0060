using PromptKD.Configuration;
using PromptKD.Evaluation;
using PromptKD.Runs;
using PromptKD.Tests.Data.Datasets;
using PromptKD.Training;

namespace PromptKD.Tests.Runs.Train;

/// <summary>What <c>--reference</c> turns on.</summary>
public sealed class ReferenceTests : IDisposable
{
    private readonly TrainingRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Reference_stands_for_its_selection_and_its_rounding()
    {
        TrainingReport report = Train(_runs.Config(options: ["REFERENCE", "True"]));

        Assert.Equal(ModelSelection.BestOnTest, report.Result!.Selection);
        var written = new ExperimentConfig().MergeFile(Path.Combine(_runs.Output("run"), "config.yaml"));
        Assert.True(written.Trainer.PromptKD.HalfPrompts);
        Assert.True(written.Trainer.PromptSRC.ReferenceGpa);
    }

    // Dassl's engine measures "val" after each epoch, which is the test list of the classes that are learned; without
    // one it measures "test". The first of the best epochs is kept.
    [Theory]
    [InlineData("PromptKD", "EuroSAT", "base2novel", "all", "val", 2 * FakeDatasets.Test)]
    [InlineData("PromptKD", "EuroSAT", "cross", "all", "val", 4 * FakeDatasets.Test)]
    [InlineData("PromptKD", "ImageNetA", "cross", "all", "test", 4 * 8)]
    [InlineData("CoOp", "EuroSAT", "", "base", "val", 2 * FakeDatasets.Test)]
    [InlineData("MaPLe", "EuroSAT", "", "base", "val", 2 * FakeDatasets.Test)]
    [InlineData("PromptSRC", "EuroSAT", "", "all", "val", 4 * FakeDatasets.Test)]
    [InlineData("IVLP", "ImageNetA", "", "all", "test", 4 * 8)]
    public void Reference_keeps_the_epoch_that_the_reference_keeps(
        string trainer, string dataset, string modal, string classes, string split, int pictures)
    {
        var observer = new Interrupter(null);

        TrainingReport report = Train(
            _runs.Config(dataset, modal.Length > 0 ? modal : "cross", options:
            [
                "REFERENCE", "True", "TEST.FINAL_MODEL", "best_val", "TRAINER.NAME", trainer,
                $"TRAINER.{trainer.ToUpperInvariant()}.PREC", "fp32", "DATASET.SUBSAMPLE_CLASSES", classes,
            ]),
            observer);

        Assert.Equal(ModelSelection.BestOnTest, report.Result!.Selection);
        Assert.Equal(2, report.Epochs.Count);
        Assert.All(report.Epochs, epoch => Assert.Equal(pictures, epoch.Validation!.Pictures));
        int best = report.Epochs[1].Validation!.All > report.Epochs[0].Validation!.All ? 2 : 1;
        Assert.Equal(best, report.Result.Epoch);
        Assert.Equal(
            [.. Enumerable.Repeat($"Evaluate on the *{split}* set", 2), "Evaluate on the *test* set"],
            observer.Printed.Where(line => line.StartsWith("Evaluate on", StringComparison.Ordinal)));
    }

    // Two classes with one shot and as many of validation; their four test pictures are what the reference calls val.
    [Theory]
    [InlineData("False", "2")]
    [InlineData("True", "4")]
    public void The_table_counts_the_pictures_that_are_measured_as_val(string reference, string pictures)
    {
        var observer = new Interrupter(null);

        Train(
            _runs.Config(options:
            [
                "REFERENCE", reference, "TEST.FINAL_MODEL", "best_val", "TRAINER.NAME", "MaPLe", "TRAINER.MAPLE.PREC",
                "fp32",
                "DATASET.SUBSAMPLE_CLASSES", "base", "DATASET.NUM_SHOTS", "1", "OPTIM.MAX_EPOCH", "1",
            ]),
            observer);

        Assert.Contains($"# val      {pictures}", observer.Printed);
        Assert.Equal(
            [$"* total: {pictures}", "* total: 4"],
            observer.Printed.Where(line => line.StartsWith("* total", StringComparison.Ordinal)));
    }

    private static TrainingReport Train(ExperimentConfig config, ITrainingObserver? observer = null) =>
        Experiment.Train(config, new TrainingRequest(), observer, TestContext.Current.CancellationToken);
}
