using PromptKD.Reporting;
using static PromptKD.Tests.Reporting.WrittenLogs;

namespace PromptKD.Tests.Reporting;

public sealed class OutcomeReaderTests : IDisposable
{
    private readonly WrittenLogs _logs = new();

    private string Root => _logs.Folder;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void PromptKDs_base_accuracy_is_the_best_between_epochs_and_its_new_one_stands_at_the_end()
    {
        _logs.Write(
            "dtd/seed1/log.txt",
            new("PromptKD", "DescribableTextures") { Modal = "base2novel", FinalModel = "best_val" },
            Epoch(80.2) + Epoch(84.1) + Epoch(83.9) + "Finish training\nDeploy the model with the best val performance\n"
            + Result(70.3));

        RunOutcome outcome = Assert.Single(OutcomeReader.Read(Root, stop: Stop));

        Assert.Equal(Protocol.BaseToNovel, outcome.Protocol);
        Assert.Equal(("PromptKD", "DescribableTextures", 1), (outcome.Trainer, outcome.Dataset, outcome.Seed));
        Assert.Equal((84.1, 70.3), (outcome.Base, outcome.Novel));
        Assert.Equal("best on the base classes' test images", outcome.Selection);
    }

    [Fact]
    public void A_folder_with_far_more_in_it_than_runs_is_refused()
    {
        Directory.CreateDirectory(Path.Combine(Root, "a", "b"));

        Assert.Equal(3, FolderTree.Below(Root, Stop, most: 3).Count);
        var error = Assert.Throws<PromptKDException>(() => FolderTree.Below(Root, Stop, most: 2));

        Assert.Equal(
            $"More than 2 folders lie below '{Root}'. Give the folder that the runs lie in.", error.Message);
    }

    [Fact]
    public void Two_folders_of_the_other_methods_are_one_outcome()
    {
        _logs.Write("train_base/pets/seed2/log.txt", new("CoOp", "OxfordPets", 2) { Classes = "base" }, Trained(93.7));
        _logs.Write("test_new/pets/seed2/log.txt", new("CoOp", "OxfordPets", 2) { Classes = "new" }, Result(95.3));

        RunOutcome outcome = Assert.Single(OutcomeReader.Read(Root, stop: Stop));

        Assert.Equal((93.7, 95.3), (outcome.Base, outcome.Novel));
        Assert.Equal(2, outcome.Folders.Count);
        Assert.Equal("last epoch", outcome.Selection);
    }

    [Theory]
    [InlineData("EuroSAT", Protocol.CrossDataset)]
    [InlineData("ImageNetSketch", Protocol.DomainGeneralisation)]
    public void An_accuracy_among_all_classes_belongs_to_the_table_of_its_data_set(string dataset, Protocol protocol)
    {
        _logs.Write("x/seed1/log.txt", new("MaPLe", dataset), Result(46.5));

        RunOutcome outcome = Assert.Single(OutcomeReader.Read(Root, stop: Stop));

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
        var said =
            new LogHead("PromptKD", "EuroSAT") { Modal = "base2novel", FinalModel = "best_val", PromptKD = keys };
        _logs.Write("x/seed1/log.txt", said, Epoch(80.2) + "Finish training\n" + Result(70.1));

        Assert.Equal(variant, Assert.Single(OutcomeReader.Read(Root, stop: Stop)).Variant);
    }

    [Fact]
    public void A_log_that_ends_amid_training_is_no_outcome()
    {
        _logs.Write(
            "x/seed1/log.txt",
            new("PromptKD", "EuroSAT") { Modal = "base2novel", FinalModel = "best_val" },
            Epoch(80.2));

        var error = Assert.Throws<PromptKDException>(() => OutcomeReader.Read(Root, stop: Stop));

        Assert.Equal(
            $"No finished run below '{Root}': neither a result.json nor a log.txt with a result.", error.Message);
    }

    [Fact]
    public void The_last_log_of_a_folder_counts()
    {
        _logs.Write("x/log.txt", new("MaPLe", "EuroSAT"), Result(10));
        _logs.Write("x/log.txt-2024-05-01-10-00-00", new("MaPLe", "EuroSAT"), Result(46.5));

        Assert.Equal(46.5, Assert.Single(OutcomeReader.Read(Root, stop: Stop)).Accuracy);
    }

    [Fact]
    public void Our_own_result_comes_before_the_log_beside_it()
    {
        _logs.Write(
            "x/log.txt",
            new("PromptKD", "EuroSAT") { Modal = "base2novel" },
            Epoch(80.2) + "Finish training\n" + Result(70.3));
        File.WriteAllText(Path.Combine(Root, "x", "result.json"), """
            {
              "trainer": "PromptKD", "dataset": "EuroSAT", "protocol": "base2novel", "shots": 0, "seed": 1,
              "selection": "bestOnValidation", "accuracy": 70.31, "base": 80.25, "novel": 70.31
            }
            """);

        RunOutcome outcome = Assert.Single(OutcomeReader.Read(Root, stop: Stop));

        Assert.Equal((80.25, 70.31), (outcome.Base, outcome.Novel));
        Assert.Equal("best on validation images", outcome.Selection);
        Assert.Equal([Path.Combine(Root, "x")], outcome.Folders);
    }

    [Fact]
    public void A_method_that_learned_from_all_classes_here_is_few_shot_and_one_that_was_only_tested_is_transfer()
    {
        _logs.Write("train/seed1/log.txt", new("CoOp", "EuroSAT"), Trained(83.1));
        _logs.Write("test/seed1/log.txt", new("CoOp", "EuroSAT"), Result(46.4));

        Assert.Equal(
            [(Protocol.CrossDataset, 46.4), (Protocol.FewShot, 83.1)],
            OutcomeReader.Read(Root, stop: Stop).Select(one => (one.Protocol, one.Accuracy!.Value)).Order());
    }

    [Fact]
    public void The_head_of_a_log_tells_backbone_shots_and_configuration()
    {
        var said = new LogHead("PromptSRC", "EuroSAT")
        {
            Classes = "base",
            ConfigFile = "configs/trainers/PromptSRC/vit_l14_c2.yaml",
            Shots = 16,
            Backbone = "ViT-L/14",
        };
        _logs.Write("x/log.txt", said, Trained(93.7));

        RunOutcome outcome = Assert.Single(OutcomeReader.Read(Root, stop: Stop));

        Assert.Equal(("ViT-L/14", 16, "vit_l14_c2"), (outcome.Backbone, outcome.Shots, outcome.Configuration));
    }

    [Theory]
    [InlineData("{\"trainer\": \"Prom", "reached end of data, at $.trainer, line 1.")]
    [InlineData("{\"loss\": 0.5}", "it lacks trainer, dataset, protocol, shots, seed, selection.")]
    [InlineData("[1, 2]", "it is no object of names and values.")]
    [InlineData("", "it is empty.")]
    [InlineData(
        """
        {"trainer": "CoOp", "dataset": "DTD", "protocol": "all", "shots": 1, "seed": 1, "selection": "given",
         "accuracy": 1e9}
        """,
        "1000000000 is no percentage.")]
    public void A_foreign_or_cut_result_costs_one_line(string result, string reason)
    {
        _logs.Write("good/log.txt", new("MaPLe", "EuroSAT"), Result(46.5));
        Directory.CreateDirectory(Path.Combine(Root, "bad"));
        File.WriteAllText(Path.Combine(Root, "bad", "result.json"), result);
        var problems = new List<string>();

        RunOutcome outcome = Assert.Single(OutcomeReader.Read(Root, problems.Add, Stop));

        Assert.Equal(46.5, outcome.Accuracy);
        string problem = Assert.Single(problems);
        Assert.StartsWith(Path.Combine(Root, "bad", "result.json") + ": damaged: ", problem, StringComparison.Ordinal);
        Assert.EndsWith(
            reason + " If promptkd train wrote it, delete it: the same command writes it again. Else move it elsewhere.",
            problem,
            StringComparison.Ordinal);
        Assert.DoesNotContain("System.", problem, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problem);
    }

    [Fact]
    public void A_log_beside_a_foreign_result_is_read()
    {
        _logs.Write("x/log.txt", new("MaPLe", "EuroSAT"), Result(46.5));
        File.WriteAllText(Path.Combine(Root, "x", "result.json"), "{\"loss\": 0.5}");
        var problems = new List<string>();

        Assert.Equal(46.5, Assert.Single(OutcomeReader.Read(Root, problems.Add, Stop)).Accuracy);
        Assert.EndsWith(" The log beside it is read instead.", Assert.Single(problems), StringComparison.Ordinal);
    }

    // A log prints one decimal: 46.54 and 46.5 are one evaluation, and of the two the exact one is meant.
    [Theory]
    [InlineData(46.54, true)]
    [InlineData(46.44, false)]
    public void A_log_and_a_result_of_one_evaluation_count_once(double exact, bool areOne)
    {
        _logs.Write("log/log.txt", new("MaPLe", "EuroSAT") { Shots = 0 }, Result(46.5));
        RunOutcome ofLog = Assert.Single(OutcomeReader.Read(Root, stop: Stop));
        var result = new RunOutcome
        {
            Protocol = ofLog.Protocol,
            Trainer = "MaPLe",
            Dataset = "EuroSAT",
            Seed = 1,
            Selection = "",
            Accuracy = exact,
            Folders = ["result"],
        };

        var report = new BenchmarkReport([ofLog, result]);

        Assert.Equal(areOne ? 0 : 1, report.Unfinished.Count);
        Assert.Equal(areOne ? [exact] : [], report.Tables.Select(table => table.Rows.Single().Accuracy!.Mean));
    }

    // In the family's scripts the folder of the model names what it learned from.
    [Theory]
    [InlineData("output/eurosat/CoOp/vit_b16/seed1", "EuroSAT", Protocol.FewShot, 16)]
    [InlineData("output/imagenet/CoOp/vit_b16/seed1", "EuroSAT", Protocol.CrossDataset, null)]
    [InlineData("output/imagenet/CoOp/vit_b16/seed1", "ImageNet", Protocol.CrossDataset, null)]
    [InlineData("output/imagenet/CoOp/vit_b16/seed1", "ImageNetR", Protocol.DomainGeneralisation, null)]
    public void What_was_only_tested_belongs_to_what_its_model_learned_from(
        string model, string dataset, Protocol protocol, int? shots)
    {
        _logs.Write("x/log.txt", new("CoOp", dataset) { ModelDir = model, Shots = 16 }, Result(46.5));

        RunOutcome outcome = Assert.Single(OutcomeReader.Read(Root, stop: Stop));

        Assert.Equal((protocol, shots), (outcome.Protocol, outcome.Shots));
    }

    [Theory]
    [InlineData("EuroSAT", Protocol.FewShot)]
    [InlineData("ImageNet", Protocol.CrossDataset)]
    [InlineData(null, Protocol.CrossDataset)]
    public void Our_own_evaluation_says_what_its_model_learned_from(string? learnedOn, Protocol protocol)
    {
        string said = learnedOn is null ? "" : $"\"learnedOn\": \"{learnedOn}\",";
        File.WriteAllText(Path.Combine(Root, "result.json"), $$"""
            {
              "trainer": "CoOp", "dataset": "EuroSAT", "protocol": "all", "shots": 16, "seed": 1, {{said}}
              "selection": "given", "accuracy": 70.31
            }
            """);

        Assert.Equal(protocol, Assert.Single(OutcomeReader.Read(Root, stop: Stop)).Protocol);
    }

    [Fact]
    public void A_link_to_a_folder_above_the_given_one_leads_in_no_circle()
    {
        _logs.Write("given/seed1/log.txt", new("MaPLe", "EuroSAT"), Result(46.5));
        _logs.Write("given/cut/result.json", new("MaPLe", "EuroSAT"), "");
        Directory.CreateSymbolicLink(Path.Combine(Root, "given", "above"), "..");
        var problems = new List<string>();

        Assert.Single(OutcomeReader.Read(Path.Combine(Root, "given"), problems.Add, Stop));
        Assert.Single(problems);
    }

    [Fact]
    public void Links_are_followed_and_a_link_to_a_folder_above_leads_in_no_circle()
    {
        string elsewhere = Directory.CreateTempSubdirectory().FullName;
        try
        {
            _logs.Write("seed1/log.txt", new("MaPLe", "EuroSAT"), Result(46.5));
            _logs.Write(Path.Combine(elsewhere, "seed2", "log.txt"), new("MaPLe", "EuroSAT", 2), Result(48));
            Directory.CreateSymbolicLink(Path.Combine(Root, "seed1", "above"), Root);
            Directory.CreateSymbolicLink(Path.Combine(Root, "there"), elsewhere);

            Assert.Equal([46.5, 48], OutcomeReader.Read(Root, stop: Stop).Select(one => one.Accuracy!.Value));
        }
        finally
        {
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    public void Dispose() => _logs.Dispose();
}
