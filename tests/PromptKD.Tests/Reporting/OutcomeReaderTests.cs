using PromptKD.Reporting;

namespace PromptKD.Tests.Reporting;

public sealed class OutcomeReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void PromptKDs_base_accuracy_is_the_best_between_epochs_and_its_new_one_stands_at_the_end()
    {
        WriteLog("dtd/seed1/log.txt", "PromptKD", "DescribableTextures", 1, "all", "base2novel", "best_val",
            Epoch(80.2) + Epoch(84.1) + Epoch(83.9) + "Finish training\nDeploy the model with the best val performance\n"
            + Result(70.3));

        RunOutcome outcome = Assert.Single(OutcomeReader.Read(_folder, stop: Stop));

        Assert.Equal(Protocol.BaseToNovel, outcome.Protocol);
        Assert.Equal(("PromptKD", "DescribableTextures", 1), (outcome.Trainer, outcome.Dataset, outcome.Seed));
        Assert.Equal((84.1, 70.3), (outcome.Base, outcome.Novel));
        Assert.Equal("best on the base classes' test images", outcome.Selection);
    }

    [Fact]
    public void A_folder_with_far_more_in_it_than_runs_is_refused()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "a", "b"));

        Assert.Equal(3, FolderTree.Below(_folder, Stop, most: 3).Count);
        var error = Assert.Throws<PromptKDException>(() => FolderTree.Below(_folder, Stop, most: 2));

        Assert.Equal(
            $"More than 2 folders lie below '{_folder}'. Give the folder that the runs lie in.", error.Message);
    }

    [Fact]
    public void Two_folders_of_the_other_methods_are_one_outcome()
    {
        WriteLog("train_base/pets/seed2/log.txt", "CoOp", "OxfordPets", 2, "base", null, "last_step",
            Epoch(null) + "Finish training\n" + Result(93.7));
        WriteLog("test_new/pets/seed2/log.txt", "CoOp", "OxfordPets", 2, "new", null, "last_step", Result(95.3));

        RunOutcome outcome = Assert.Single(OutcomeReader.Read(_folder, stop: Stop));

        Assert.Equal((93.7, 95.3), (outcome.Base, outcome.Novel));
        Assert.Equal(2, outcome.Folders.Count);
        Assert.Equal("last epoch", outcome.Selection);
    }

    [Theory]
    [InlineData("EuroSAT", Protocol.CrossDataset)]
    [InlineData("ImageNetSketch", Protocol.DomainGeneralisation)]
    public void An_accuracy_among_all_classes_belongs_to_the_table_of_its_data_set(string dataset, Protocol protocol)
    {
        WriteLog("x/seed1/log.txt", "MaPLe", dataset, 1, "all", null, "last_step", Result(46.5));

        RunOutcome outcome = Assert.Single(OutcomeReader.Read(_folder, stop: Stop));

        Assert.Equal((protocol, 46.5), (outcome.Protocol, outcome.Accuracy));
        Assert.Null(outcome.HarmonicMean);
    }

    [Theory]
    [InlineData("    TEMPERATURE: 1.0\n    N_CTX_VISION: 4\n    TEACHER_NAME: ViT/L-14\n    PROJECT_LAYER: 2", "")]
    [InlineData("    TEMPERATURE: 0.50\n    N_CTX_VISION: 4", "TEMPERATURE=0.5")]
    [InlineData("    TEACHER_NAME: ViT-B/16\n    TEMPERATURE: 1.0", "TEACHER_NAME=ViT-B/16")]
    [InlineData("    N_CTX_VISION: 0", "N_CTX_VISION=0")]
    [InlineData("    PROJECT_LAYER: 3", "")]
    [InlineData("    PROJECT_LAYER: 3\n    LOSS: kl", "PROJECT_LAYER=3")]
    [InlineData("    LOSS: l1\n    SHARED_TEXT: False", "LOSS=l1 SHARED_TEXT=False")]
    public void A_log_says_what_is_not_as_in_the_papers_tables(string keys, string variant)
    {
        // The original program reads PROJECT_LAYER, and makes two layers whatever it says; it has no LOSS.
        WriteLog("x/seed1/log.txt", "PromptKD", "EuroSAT", 1, "all", "base2novel", "best_val",
            Epoch(80.2) + "Finish training\n" + Result(70.1));
        string path = Path.Combine(_folder, "x/seed1/log.txt");
        File.WriteAllText(path, File.ReadAllText(path).Replace("  NAME: PromptKD", $"  PROMPTKD:\n{keys}\n  NAME: PromptKD"));

        Assert.Equal(variant, Assert.Single(OutcomeReader.Read(_folder, stop: Stop)).Variant);
    }

    [Fact]
    public void A_log_that_ends_amid_training_is_no_outcome()
    {
        WriteLog("x/seed1/log.txt", "PromptKD", "EuroSAT", 1, "all", "base2novel", "best_val", Epoch(80.2));

        var error = Assert.Throws<PromptKDException>(() => OutcomeReader.Read(_folder, stop: Stop));

        Assert.Equal(
            $"No finished run below '{_folder}': neither a result.json nor a log.txt with a result.", error.Message);
    }

    [Fact]
    public void The_last_log_of_a_folder_counts()
    {
        WriteLog("x/log.txt", "MaPLe", "EuroSAT", 1, "all", null, "last_step", Result(10));
        WriteLog("x/log.txt-2024-05-01-10-00-00", "MaPLe", "EuroSAT", 1, "all", null, "last_step", Result(46.5));

        Assert.Equal(46.5, Assert.Single(OutcomeReader.Read(_folder, stop: Stop)).Accuracy);
    }

    [Fact]
    public void Our_own_result_comes_before_the_log_beside_it()
    {
        WriteLog("x/log.txt", "PromptKD", "EuroSAT", 1, "all", "base2novel", "last_step",
            Epoch(80.2) + "Finish training\n" + Result(70.3));
        File.WriteAllText(Path.Combine(_folder, "x", "result.json"), """
            {
              "trainer": "PromptKD", "dataset": "EuroSAT", "protocol": "base2novel", "shots": 0, "seed": 1,
              "selection": "bestOnValidation", "accuracy": 70.31, "base": 80.25, "novel": 70.31
            }
            """);

        RunOutcome outcome = Assert.Single(OutcomeReader.Read(_folder, stop: Stop));

        Assert.Equal((80.25, 70.31), (outcome.Base, outcome.Novel));
        Assert.Equal("best on validation images", outcome.Selection);
        Assert.Equal([Path.Combine(_folder, "x")], outcome.Folders);
    }

    [Fact]
    public void A_method_that_learned_from_all_classes_here_is_few_shot_and_one_that_was_only_tested_is_transfer()
    {
        WriteLog("train/seed1/log.txt", "CoOp", "EuroSAT", 1, "all", null, "last_step",
            Epoch(null) + "Finish training\n" + Result(83.1));
        WriteLog("test/seed1/log.txt", "CoOp", "EuroSAT", 1, "all", null, "last_step", Result(46.4));

        Assert.Equal(
            [(Protocol.CrossDataset, 46.4), (Protocol.FewShot, 83.1)],
            OutcomeReader.Read(_folder, stop: Stop).Select(one => (one.Protocol, one.Accuracy!.Value)).Order());
    }

    [Fact]
    public void The_head_of_a_log_tells_backbone_shots_and_configuration()
    {
        WriteLog("x/log.txt", "PromptSRC", "EuroSAT", 1, "base", null, "last_step",
            Epoch(null) + "Finish training\n" + Result(93.7));
        string path = Path.Combine(_folder, "x", "log.txt");
        File.WriteAllText(path, File.ReadAllText(path)
            .Replace("backbone: ", "config_file: configs/trainers/PromptSRC/vit_l14_c2.yaml", StringComparison.Ordinal)
            .Replace("  SOURCE_DOMAINS", "  NUM_SHOTS: 16\n  SOURCE_DOMAINS", StringComparison.Ordinal)
            .Replace("SEED: 1\n", "MODEL:\n  BACKBONE:\n    NAME: ViT-L/14\nSEED: 1\n", StringComparison.Ordinal));

        RunOutcome outcome = Assert.Single(OutcomeReader.Read(_folder, stop: Stop));

        Assert.Equal(("ViT-L/14", 16, "vit_l14_c2"), (outcome.Backbone, outcome.Shots, outcome.Configuration));
    }

    [Theory]
    [InlineData("{\"trainer\": \"Prom")]
    [InlineData("{\"loss\": 0.5}")]
    [InlineData("[1, 2]")]
    public void A_foreign_or_cut_result_costs_one_line(string result)
    {
        WriteLog("good/log.txt", "MaPLe", "EuroSAT", 1, "all", null, "last_step", Result(46.5));
        Directory.CreateDirectory(Path.Combine(_folder, "bad"));
        File.WriteAllText(Path.Combine(_folder, "bad", "result.json"), result);
        var problems = new List<string>();

        RunOutcome outcome = Assert.Single(OutcomeReader.Read(_folder, problems.Add, Stop));

        Assert.Equal(46.5, outcome.Accuracy);
        string problem = Assert.Single(problems);
        Assert.StartsWith(Path.Combine(_folder, "bad", "result.json"), problem.TrimStart('\''), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problem);
    }

    [Fact]
    public void Links_are_followed_and_a_link_to_a_folder_above_leads_in_no_circle()
    {
        string elsewhere = Directory.CreateTempSubdirectory().FullName;
        try
        {
            WriteLog("seed1/log.txt", "MaPLe", "EuroSAT", 1, "all", null, "last_step", Result(46.5));
            WriteLog(Path.Combine(elsewhere, "seed2", "log.txt"), "MaPLe", "EuroSAT", 2, "all", null, "last_step", Result(48));
            Directory.CreateSymbolicLink(Path.Combine(_folder, "seed1", "above"), _folder);
            Directory.CreateSymbolicLink(Path.Combine(_folder, "there"), elsewhere);

            Assert.Equal([46.5, 48], OutcomeReader.Read(_folder, stop: Stop).Select(one => one.Accuracy!.Value));
        }
        finally
        {
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Epoch(double? val) =>
        "epoch [1/3] batch [1/1] time 0.1 (0.1) data 0.0 (0.0) loss 1.2 (1.2) lr 1.0000e-05 eta 0:00:01\n"
        + (val is { } accuracy ? "Evaluate on the *val* set\n" + Result(accuracy) : "");

    private static string Result(double accuracy) => FormattableString.Invariant(
        $"=> result\n* total: 100\n* correct: 80\n* accuracy: {accuracy:0.0}%\n* error: 19.8%\n* macro_f1: 70.0%\n");

    private void WriteLog(
        string path,
        string trainer,
        string dataset,
        int seed,
        string classes,
        string? modal,
        string finalModel,
        string rest)
    {
        string file = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, $"""
            ***************
            ** Arguments **
            ***************
            backbone: 
            seed: {seed}
            ************
            ** Config **
            ************
            DATASET:
              NAME: {dataset}
              SOURCE_DOMAINS: []
              STL10_FOLD: -1
              SUBSAMPLE_CLASSES: {classes}
            INPUT:
              PIXEL_MEAN:
              - 0.48145466
              - 0.4578275
            SEED: {seed}
            TEST:
              FINAL_MODEL: {finalModel}
            TRAINER:
              {(modal is null ? "COOP:" : $"MODAL: {modal}")}
              NAME: {trainer}
            Collecting env info ...
            ** System info **
            PyTorch version: 1.13.1
            Loading trainer: {trainer}

            """ + rest);
    }
}
