using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Golden;
using PromptKD.Reporting;
using PromptKD.Tests.Reporting.Benchmarks;
using static PromptKD.Tests.Reporting.WrittenLogs;

namespace PromptKD.Tests.Reporting;

/// <summary>Beside which runs of the methods that learn from labels the paper's numbers stand.</summary>
public sealed class LabelledVariantTests : IDisposable
{
    private readonly WrittenLogs _logs = new();

    [Theory]
    [InlineData("CoOp")]
    [InlineData("CoCoOp")]
    [InlineData("MaPLe")]
    [InlineData("IVLP")]
    [InlineData("PromptSRC")]
    public void The_shipped_settings_of_each_table_are_those_of_the_paper(string trainer)
    {
        foreach ((Protocol protocol, string dataset) in new[]
        {
            (Protocol.BaseToNovel, "EuroSAT"), (Protocol.BaseToNovel, "ImageNet"),
            (Protocol.CrossDataset, "EuroSAT"), (Protocol.DomainGeneralisation, "ImageNetA"),
        })
        {
            ExperimentConfig config = Learning(protocol, trainer, dataset);

            Assert.Equal("", LabelledVariant.Of(config, config.Dataset.Name));
        }
    }

    // As CoOp's and PromptSRC's own scripts start them; the numbers are in the names of the files.
    [Theory]
    [InlineData("CoOp", "vit_b16", 16)]
    [InlineData("CoOp", "vit_b16_ep100", 4)]
    [InlineData("CoOp", "vit_b16_ep50", 1)]
    [InlineData("PromptSRC", "vit_b16_c2_ep50_batch4_4+4ctx_few_shot", 16, "GPA_MEAN", "45", "GPA_STD", "5")]
    [InlineData("PromptSRC", "vit_l14_c2_ep20_batch8_4+4ctx", 16, "base", "")]
    public void The_shipped_settings_of_few_shot_runs_and_teachers_are_usual(
        string trainer, string file, int shots, params string[] more)
    {
        bool isSplit = more.Contains("base");
        string[] own = isSplit ? [] : [.. more.Select(
            (word, place) => place % 2 == 0 ? $"TRAINER.PROMPTSRC.{word}" : word)];
        ExperimentConfig config = new ExperimentConfig()
            .MergeFile(Path.Combine(ProjectFolder.Root, "configs", "datasets", "eurosat.yaml"))
            .MergeFile(Path.Combine(ProjectFolder.Root, "configs", "trainers", trainer, file + ".yaml"))
            .MergeOverrides(
            [
                "TRAINER.NAME", trainer, "DATASET.NUM_SHOTS", $"{shots}",
                "DATASET.SUBSAMPLE_CLASSES", isSplit ? "base" : "all", .. own,
            ]);

        Assert.Equal("", LabelledVariant.Of(config, "EuroSAT"));
    }

    [Theory]
    [InlineData("PromptSRC", Protocol.BaseToNovel, "MAX_EPOCH=2", "OPTIM.MAX_EPOCH", "2")]
    [InlineData(
        "PromptSRC",
        Protocol.BaseToNovel,
        "BATCH_SIZE=8 LR=0.005",
        "DATALOADER.TRAIN_X.BATCH_SIZE",
        "8",
        "OPTIM.LR",
        "0.005")]
    [InlineData(
        "PromptSRC", Protocol.BaseToNovel, "PROMPT_DEPTH_VISION=3", "TRAINER.PROMPTSRC.PROMPT_DEPTH_VISION", "3")]
    [InlineData("PromptSRC", Protocol.CrossDataset, "GPA_MEAN=15", "TRAINER.PROMPTSRC.GPA_MEAN", "15")]
    [InlineData("PromptSRC", Protocol.BaseToNovel, "", "TRAINER.PROMPTSRC.PREC", "fp32")]
    [InlineData("PromptSRC", Protocol.BaseToNovel, "", "OPTIM.ADAM_BETA1", "0.5")]
    [InlineData(
        "PromptSRC", Protocol.BaseToNovel, "SAMPLER=SequentialSampler",
        "DATALOADER.TRAIN_X.SAMPLER", "SequentialSampler")]
    [InlineData("PromptSRC", Protocol.BaseToNovel, "", "TRAINER.PROMPTSRC.REFERENCE_GPA", "True")]
    [InlineData("PromptSRC", Protocol.BaseToNovel, "REFERENCE_GPA=False", "TEST.FINAL_MODEL", "best_val")]
    [InlineData(
        "PromptSRC", Protocol.BaseToNovel, "", "TEST.FINAL_MODEL", "best_val",
        "TRAINER.PROMPTSRC.REFERENCE_GPA", "True")]
    [InlineData(
        "CoOp", Protocol.BaseToNovel, "TRANSFORMS=normalize+random_flip",
        "INPUT.TRANSFORMS", "['random_flip', 'normalize']")]
    [InlineData("CoOp", Protocol.BaseToNovel, "RRCROP_SCALE=0.5+1", "INPUT.RRCROP_SCALE", "(0.5, 1.0)")]
    [InlineData("CoOp", Protocol.BaseToNovel, "INIT_WEIGHTS=given", "MODEL.INIT_WEIGHTS", "my file=1.pth")]
    [InlineData("CoOp", Protocol.BaseToNovel, "OPTIM.NAME=adamw", "OPTIM.NAME", "adamw")]
    [InlineData("MaPLe", Protocol.BaseToNovel, "PIXEL_MEAN=0+0+0.5", "INPUT.PIXEL_MEAN", "[0.0, 0.0, 0.5]")]
    [InlineData("CoCoOp", Protocol.BaseToNovel, "", "DATALOADER.TEST.BATCH_SIZE", "7")]
    [InlineData("IVLP", Protocol.BaseToNovel, "N_CTX_TEXT=2", "TRAINER.IVLP.N_CTX_TEXT", "2")]
    [InlineData("MaPLe", Protocol.CrossDataset, "MAX_EPOCH=5", "OPTIM.MAX_EPOCH", "5")]
    [InlineData("MaPLe", Protocol.BaseToNovel, "N_CTX=4", "TRAINER.MAPLE.N_CTX", "4")]
    [InlineData("CoCoOp", Protocol.BaseToNovel, "BATCH_SIZE=8", "DATALOADER.TRAIN_X.BATCH_SIZE", "8")]
    [InlineData("CoOp", Protocol.BaseToNovel, "CTX_INIT=an_image_of", "TRAINER.COOP.CTX_INIT", "an image of")]
    [InlineData("CoOp", Protocol.BaseToNovel, "", "TRAINER.COOP.CTX_INIT", "a_photo_of_a")]
    [InlineData("CoOp", Protocol.BaseToNovel, "", "TRAINER.COOP.N_CTX", "8")]
    [InlineData("CoOp", Protocol.BaseToNovel, "CTX_INIT=none N_CTX=16", "TRAINER.COOP.CTX_INIT", "")]
    [InlineData(
        "CoOp", Protocol.BaseToNovel, "CLASS_TOKEN_POSITION=front", "TRAINER.COOP.CLASS_TOKEN_POSITION", "front")]
    [InlineData(
        "CoOp",
        Protocol.BaseToNovel,
        "WEIGHT_DECAY=0 WARMUP_EPOCH=2",
        "OPTIM.WARMUP_EPOCH",
        "2",
        "OPTIM.WEIGHT_DECAY",
        "0")]
    public void A_run_says_in_what_it_differs(
        string trainer, Protocol protocol, string variant, params string[] settings)
    {
        ExperimentConfig config = Learning(protocol, trainer, "EuroSAT", settings);

        Assert.Equal(variant, LabelledVariant.Of(config, config.Dataset.Name));
    }

    // Tables 1 and 10 of the paper: PromptSRC's harmonic means on ImageNet and EuroSAT, CoOp's on OxfordPets.
    [Theory]
    [InlineData("PromptSRC", "ImageNet", "20", 74.01)]
    [InlineData("PromptSRC", "ImageNet", "2", null)]
    [InlineData("PromptSRC", "EuroSAT", "20", 82.32)]
    [InlineData("CoOp", "OxfordPets", "200", 94.47)]
    [InlineData("CoOp", "OxfordPets", "50", null)]
    [InlineData("CoOp", "ImageNet", "50", 71.92)]
    [InlineData("CoOp", "ImageNet", "200", null)]
    [InlineData("MaPLe", "EuroSAT", "5", 82.35)]
    [InlineData("CoCoOp", "EuroSAT", "11", null)]
    public void The_papers_number_stands_beside_its_own_epochs_only(
        string trainer, string dataset, string epochs, double? harmonicMean)
    {
        Write("base", trainer, dataset, "base", epochs, Trained(80));
        Write("new", trainer, dataset, "new", epochs, Result(70));

        var report = BenchmarkReport.Read(_logs.Folder, TestContext.Current.CancellationToken);

        ScoreTable table = Assert.Single(report.Tables);
        Assert.Equal(harmonicMean, Assert.Single(table.Rows).Paper?.HarmonicMean);
        Assert.Equal(harmonicMean is null ? $"{trainer}, MAX_EPOCH={epochs}" : trainer, table.Name);
        string notes = string.Join('\n', Assert.Single(report.Sections).Notes);
        Assert.Equal(
            harmonicMean is null,
            notes.Contains($"nothing to compare these runs with: no table of this method, backbone, number of pictures "
                + $"and protocol, with MAX_EPOCH={epochs}.", StringComparison.Ordinal));
    }

    // Table 2: PromptSRC on EuroSAT 45.50. What an evaluation's log says of its settings is all that is known.
    [Theory]
    [InlineData("20", 16, 45.50)]
    [InlineData("20", -1, 45.50)]
    [InlineData("20", 4, null)]
    [InlineData("2", 16, null)]
    public void A_transferred_model_stands_beside_table_2_where_nothing_differs(string epochs, int shots, double? paper)
    {
        Write("x", "PromptSRC", "EuroSAT", "all", epochs, Result(40), shots);

        ScoreTable table = Assert.Single(
            BenchmarkReport.Read(_logs.Folder, TestContext.Current.CancellationToken).Tables);

        Assert.Equal((Protocol.CrossDataset, paper), (table.Protocol, Assert.Single(table.Rows).Paper?.Accuracy));
    }

    [Fact]
    public void The_log_of_a_test_need_not_repeat_what_the_model_was_learned_with()
    {
        Write("base", "CoOp", "OxfordPets", "base", "2", Trained(80));
        Write("new", "CoOp", "OxfordPets", "new", "200", Result(70));

        RunOutcome run = Assert.Single(OutcomeReader.Read(_logs.Folder, stop: TestContext.Current.CancellationToken));

        Assert.Equal(("MAX_EPOCH=2", 80.0, 70.0), (run.Variant, run.Base, run.Novel));
    }

    [Fact]
    public void The_test_of_a_model_of_other_settings_is_no_half_of_a_usual_run()
    {
        Write("base", "CoOp", "OxfordPets", "base", "200", Trained(80));
        Write("new", "CoOp", "OxfordPets", "new", "2", Result(70));

        Assert.Equal(2, OutcomeReader.Read(_logs.Folder, stop: TestContext.Current.CancellationToken).Count);
    }

    [Theory]
    [InlineData("EuroSAT", "base", 4, "EuroSAT", "new", "")]
    [InlineData("EuroSAT", "all", 16, "EuroSAT", "new", "SUBSAMPLE_CLASSES=all")]
    [InlineData("ImageNet", "all", 16, "EuroSAT", "all", "")]
    [InlineData("ImageNet", "all", 4, "EuroSAT", "all", "NUM_SHOTS=4")]
    [InlineData("ImageNet", "base", 16, "EuroSAT", "all", "SUBSAMPLE_CLASSES=base")]
    [InlineData("OxfordPets", "all", 16, "EuroSAT", "all", "LEARNED_ON=OxfordPets")]
    [InlineData("EuroSAT", "all", 4, "EuroSAT", "all", "")]
    public void An_evaluation_says_what_its_model_learned_from(
        string source, string classes, int shots, string dataset, string tested, string variant)
    {
        ExperimentConfig config = Learning(Protocol.BaseToNovel, "PromptSRC", "EuroSAT");

        Assert.Equal(variant, LabelledVariant.OfEvaluation("", (source, classes, shots), (dataset, tested), config));
        Assert.Equal(
            $"LR=1 {variant}".Trim(),
            LabelledVariant.OfEvaluation("LR=1", (source, classes, shots), (dataset, tested), config));
    }

    // How its model was learned, its own settings do not say; how pictures are looked at, they do.
    [Theory]
    [InlineData("", "", "OPTIM.LR", "1")]
    [InlineData("", "", "DATALOADER.TRAIN_X.SAMPLER", "SequentialSampler")]
    [InlineData("", "INTERPOLATION=bilinear", "INPUT.INTERPOLATION", "bilinear")]
    [InlineData("INTERPOLATION=bilinear", "INTERPOLATION=bilinear", "INPUT.INTERPOLATION", "bilinear")]
    [InlineData("INTERPOLATION=bilinear", "INTERPOLATION=bilinear", "INPUT.INTERPOLATION", "bicubic")]
    [InlineData("LR=1", "LR=1 TEST.SPLIT=val", "TEST.SPLIT", "val")]
    public void An_evaluation_says_how_it_looked_at_pictures(string learned, string variant, params string[] settings)
    {
        ExperimentConfig config = Learning(Protocol.BaseToNovel, "PromptSRC", "EuroSAT", settings);

        Assert.Equal(
            variant, LabelledVariant.OfEvaluation(learned, ("EuroSAT", "base", 16), ("EuroSAT", "new"), config));
    }

    // As Python's programs show their settings, and as ours do; 224 is the size of the CLIP's pictures.
    [Theory]
    [InlineData("  SIZE: (224, 224)\n  TRANSFORMS: ('random_resized_crop', 'random_flip', 'normalize')", "")]
    [InlineData(
        "  RRCROP_SCALE: (0.08, 1.0)\n  TRANSFORMS: [\"normalize\", \"random_flip\", \"random_resized_crop\"]", "")]
    [InlineData("  RRCROP_SCALE: (0.5, 1.0)\n  TRANSFORMS: ('normalize',)", "TRANSFORMS=normalize RRCROP_SCALE=0.5+1")]
    [InlineData(
        "  INTERPOLATION: bilinear\n  PIXEL_STD: [0.5, 0.5, 0.5]",
        "INTERPOLATION=bilinear PIXEL_STD=0.5+0.5+0.5")]
    public void A_log_says_how_pictures_are_changed(string input, string variant)
    {
        _logs.Write(
            "log.txt",
            new("IVLP", "EuroSAT") { Classes = "base", Shots = 16, Optim = "  MAX_EPOCH: 20", Input = input },
            Trained(80));

        RunOutcome run = Assert.Single(OutcomeReader.Read(_logs.Folder, stop: TestContext.Current.CancellationToken));
        Assert.Equal(variant, run.Variant);
    }

    // Zero-shot learns nothing, and looks at pictures all the same.
    [Theory]
    [InlineData("")]
    [InlineData("", "OPTIM.LR", "1")]
    [InlineData("UPRIGHT=True TEST.SPLIT=train", "INPUT.UPRIGHT", "True", "TEST.SPLIT", "train")]
    public void Zero_shot_says_how_it_looked_at_pictures(string variant, params string[] settings) => Assert.Equal(
        variant, LabelledVariant.Of(Learning(Protocol.BaseToNovel, "ZeroshotCLIP", "EuroSAT", settings), "EuroSAT"));

    // Table 1 has 96.02 for PromptSRC on Caltech101.
    [Theory]
    [InlineData("", null)]
    [InlineData("\"variant\": \"\",", 96.02)]
    [InlineData("\"variant\": \"LR=1\",", null)]
    public void A_result_that_does_not_say_its_settings_stands_beside_nothing(string variant, double? paper)
    {
        foreach ((string classes, string folder) in new[] { ("base", "a"), ("new", "b") })
        {
            Directory.CreateDirectory(Path.Combine(_logs.Folder, folder));
            File.WriteAllText(Path.Combine(_logs.Folder, folder, "result.json"), $$"""
                {
                  "trainer": "PromptSRC", "dataset": "Caltech101", "protocol": "{{classes}}", "shots": 16, "seed": 1,
                  {{variant}} "selection": "{{(classes == "base" ? "lastEpoch" : "given")}}", "accuracy": 90
                }
                """);
        }

        var report = BenchmarkReport.Read(_logs.Folder, TestContext.Current.CancellationToken);

        Assert.Equal(paper, Assert.Single(Assert.Single(report.Tables).Rows).Paper?.HarmonicMean);
        string notes = string.Join('\n', Assert.Single(report.Sections).Notes);
        Assert.Equal(variant.Length == 0, notes.Contains("learned is not known", StringComparison.Ordinal));
    }

    public void Dispose() => _logs.Dispose();

    private static ExperimentConfig Learning(
        Protocol protocol, string trainer, string dataset, params string[] overrides) =>
        BenchmarkPlanTests.Runs(protocol, trainer, dataset, overrides)[0].Config;

    private void Write(
        string folder, string trainer, string dataset, string classes, string epochs, string rest, int shots = 16) =>
        _logs.Write(
            Path.Combine(folder, "log.txt"),
            new(trainer, dataset) { Classes = classes, Shots = shots, Optim = $"  MAX_EPOCH: {epochs}" },
            rest);
}
