using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Reporting;
using PromptKD.Tests.Reporting.Benchmarks;

namespace PromptKD.Tests.Configuration.Presets;

/// <summary>In what a student differs from those of the paper's tables.</summary>
public sealed class StudentVariantTests
{
    [Theory]
    [InlineData(Protocol.BaseToNovel, "EuroSAT")]
    [InlineData(Protocol.BaseToNovel, "DescribableTextures")]
    [InlineData(Protocol.BaseToNovel, "ImageNet")]
    [InlineData(Protocol.CrossDataset, "EuroSAT")]
    [InlineData(Protocol.CrossDataset, "FGVCAircraft")]
    [InlineData(Protocol.DomainGeneralisation, "ImageNetA")]
    public void The_shipped_settings_of_each_table_are_those_of_the_paper(Protocol protocol, string dataset) =>
        Assert.Equal("", Of(protocol, dataset));

    // The paper's section 4 and the original's scripts: batches of 8, 0.005, weights of 1000, on some data sets 200.
    [Theory]
    [InlineData("EuroSAT", "BATCH_SIZE=16 LR=0.0025", "DATALOADER.TRAIN_X.BATCH_SIZE", "16", "OPTIM.LR", "0.0025")]
    [InlineData("EuroSAT", "KD_WEIGHT=200", "TRAINER.PROMPTKD.KD_WEIGHT", "200")]
    [InlineData("OxfordFlowers", "KD_WEIGHT=1000", "TRAINER.PROMPTKD.KD_WEIGHT", "1000")]
    [InlineData("EuroSAT", "LOSS=l1", "TRAINER.PROMPTKD.LOSS", "l1", "TRAINER.PROMPTKD.KD_WEIGHT", "5")]
    [InlineData("EuroSAT", "PROMPT_DEPTH_VISION=3", "TRAINER.PROMPTKD.PROMPT_DEPTH_VISION", "3")]
    [InlineData(
        "EuroSAT", "N_CTX_VISION=0", "TRAINER.PROMPTKD.N_CTX_VISION", "0", "TRAINER.PROMPTKD.PROMPT_DEPTH_VISION", "3")]
    [InlineData("EuroSAT", "SAMPLER=SequentialSampler", "DATALOADER.TRAIN_X.SAMPLER", "SequentialSampler")]
    [InlineData("EuroSAT", "TRANSFORMS=normalize", "INPUT.TRANSFORMS", "['normalize']")]
    [InlineData("EuroSAT", "TEMPLATES=art_of_{}.", "TRAINER.PROMPTKD.TEMPLATES", "['art of {}.']")]
    [InlineData("EuroSAT", "VIEWS=5", "DISTILL.VIEWS", "5")]
    [InlineData("EuroSAT", "DISTILL.TARGET.TEMPERATURE=2", "DISTILL.TARGET.TEMPERATURE", "2.0")]
    [InlineData(
        "EuroSAT",
        "LOSS=mse INTERPOLATION=bilinear",
        "TRAINER.PROMPTKD.LOSS",
        "mse",
        "INPUT.INTERPOLATION",
        "bilinear")]
    [InlineData("EuroSAT", "", "TRAINER.PROMPTKD.PREC", "fp32")]
    [InlineData("EuroSAT", "", "TRAINER.PROMPTKD.TUNE_LAYERS", "2")]
    public void A_student_says_in_what_it_differs(string dataset, string variant, params string[] settings) =>
        Assert.Equal(variant, Of(Protocol.BaseToNovel, dataset, settings));

    // The paper's transfer has three layers of prompts. Its scripts say 1000 there, and in a comment 200.
    [Theory]
    [InlineData("", "TRAINER.PROMPTKD.KD_WEIGHT", "1000")]
    [InlineData("KD_WEIGHT=500", "TRAINER.PROMPTKD.KD_WEIGHT", "500")]
    [InlineData("PROMPT_DEPTH_VISION=9", "TRAINER.PROMPTKD.PROMPT_DEPTH_VISION", "9")]
    public void A_student_of_a_transfer_says_in_what_it_differs(string variant, params string[] settings) =>
        Assert.Equal(variant, Of(Protocol.CrossDataset, "DescribableTextures", settings));

    private static string Of(Protocol protocol, string dataset, params string[] settings)
    {
        ExperimentConfig config = BenchmarkPlanTests.Runs(protocol, "PromptKD", dataset, settings)[0].Config;
        return StudentVariant.Of(config, ["PromptSRC"]);
    }
}
