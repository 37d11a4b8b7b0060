using PromptKD.Configuration;
using PromptKD.Golden;
using PromptKD.Reporting;
using PromptKD.Reporting.Benchmarks;

namespace PromptKD.Tests.Reporting.Benchmarks;

/// <summary>
/// With which settings the runs of a table are made: those of the papers whose rows stand beside them.
/// </summary>
public sealed class BenchmarkPlanTests
{
    [Theory]
    [InlineData(Protocol.BaseToNovel, "DescribableTextures", 200)]
    [InlineData(Protocol.BaseToNovel, "ImageNet", 50)]
    [InlineData(Protocol.CrossDataset, "DescribableTextures", 50)]
    public void CoOp_is_trained_by_the_protocol_of_CoCoOps_paper(Protocol protocol, string dataset, int epochs)
    {
        ExperimentConfig config = Runs(protocol, "CoOp", dataset)[0].Config;

        Assert.Equal("a photo of a", config.Trainer.CoOp.CtxInit);
        Assert.Equal(epochs, config.Optim.MaxEpoch);
        Assert.Equal(0.002, config.Optim.Lr);
        Assert.Equal(16, config.Dataset.NumShots);
    }

    [Theory]
    [InlineData(Protocol.BaseToNovel, "CoCoOp", 1, 0.002)]
    [InlineData(Protocol.CrossDataset, "CoCoOp", 1, 0.002)]
    [InlineData(Protocol.BaseToNovel, "PromptSRC", 4, 0.0025)]
    [InlineData(Protocol.CrossDataset, "PromptSRC", 4, 0.0025)]
    [InlineData(Protocol.BaseToNovel, "MaPLe", 4, 0.0035)]
    [InlineData(Protocol.CrossDataset, "MaPLe", 4, 0.0026)]
    public void Batches_and_rates_are_the_papers(Protocol protocol, string trainer, int batch, double rate)
    {
        ExperimentConfig config = Runs(protocol, trainer, "EuroSAT")[0].Config;

        Assert.Equal((batch, rate), (config.DataLoader.TrainX.BatchSize, config.Optim.Lr));
    }

    [Fact]
    public void What_another_run_has_not_learned_to_its_end_is_not_tested()
    {
        BenchmarkRun[] runs = [.. Runs(Protocol.BaseToNovel, "CoOp", "EuroSAT")];

        var mistake = Assert.Throws<PromptKDException>(() => runs[1].RefuseUnfinishedModel(runs));

        Assert.Equal($"It tests what '{runs[0].Title}' learns, which is not finished.", mistake.Message);
        runs[0].RefuseUnfinishedModel(runs);
    }

    [Fact]
    public void A_training_without_its_page_is_gone_on_with()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        BenchmarkRun run = Runs(Protocol.BaseToNovel, "CoOp", "EuroSAT")[0] with { Folder = folder };

        Assert.False(run.LacksPage());
        Directory.CreateDirectory(Path.Combine(folder, "checkpoints"));
        File.WriteAllText(Path.Combine(folder, "checkpoints", "last.safetensors"), "");
        Assert.True(run.LacksPage());
        File.WriteAllText(Path.Combine(folder, "report.html"), "");
        Assert.False(run.LacksPage());
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void What_the_user_sets_wins_over_the_papers_settings() => Assert.Equal(
        7, Runs(Protocol.BaseToNovel, "CoCoOp", "EuroSAT", "DATALOADER.TRAIN_X.BATCH_SIZE", "7")[0]
            .Config.DataLoader.TrainX.BatchSize);

    [Theory]
    [InlineData("MaPLe", "True", 5)]
    [InlineData("MaPLe", "False", null)]
    [InlineData("PromptSRC", "True", null)]
    [InlineData("CoOp", "True", null)]
    public void The_reference_tests_new_classes_with_MaPLes_last_epoch(string trainer, string reference, int? epoch)
    {
        IReadOnlyList<BenchmarkRun> runs = Runs(Protocol.BaseToNovel, trainer, "EuroSAT", "REFERENCE", reference);

        Assert.Equal((false, true), (runs[0].Request.EvalOnly, runs[1].Request.EvalOnly));
        Assert.Equal((null, epoch), (runs[0].Request.LoadEpoch, runs[1].Request.LoadEpoch));
    }

    internal static IReadOnlyList<BenchmarkRun> Runs(
        Protocol protocol, string trainer, string dataset, params string[] overrides) => new BenchmarkPlan
        {
            Protocol = protocol,
            Root = "data",
            Output = "runs",
            Configs = Path.Combine(ProjectFolder.Root, "configs"),
            Trainers = [trainer],
            Datasets = [dataset],
            Seeds = [1],
            Overrides = overrides,
        }.Runs();
}
