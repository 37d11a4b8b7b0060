using PromptKD.Configuration;
using PromptKD.Golden;
using PromptKD.Tests.Data.Datasets;
using PromptKD.Tests.Export.Onnx;
using PromptKD.Tests.Runs.Train;

namespace PromptKD.Tests.Cli;

/// <summary>
/// The command line of <c>train</c>. What an experiment does is tested in <see cref="ExperimentTrainTests"/>.
/// </summary>
[Collection(CommandLine.Name)]
public sealed class TrainCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public TrainCommandTests() => FakeDatasets.Create("DescribableTextures", Root);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Takes_the_flags_of_the_family_and_prints_its_lines()
    {
        CliResult result = CliProgram.Run(
        [
            .. Arguments("PromptKD"), "--seed", "0", "--transforms", "random_flip", "normalize", "--backbone",
            "ViT-B/16",
            "--source-domains", "a", "b", "--head", "mlp", "--load-epoch", "3",
            "--teacher", DistilledRun.TeacherFolder, "--teacher-prompts", "none", "--student",
            DistilledRun.StudentFolder,
            "--vocab", Path.Combine(DistilledRun.TeacherFolder, "merges.txt"), "--device", "cpu",
            "OPTIM.MAX_EPOCH", "1", "TRAINER.MODAL", "cross", "TRAINER.PROMPTKD.PREC", "fp32", "DATASET.NUM_SHOTS", "0",
            "TRAINER.PROMPTKD.TEMPLATES", "['{}']",
        ]).Succeeds();

        Assert.Contains("Finish training", result.OutputLines);
        Assert.Contains(
            result.OutputLines, line => line.StartsWith("epoch [1/1] batch [2/2] time ", StringComparison.Ordinal));
        Assert.StartsWith("  accuracy ", result.OutputLines[^1], StringComparison.Ordinal);
        Assert.Contains(
            "warning: DATASET.SOURCE_DOMAINS, MODEL.HEAD.NAME have no effect in train with these settings.",
            result.Error,
            StringComparison.Ordinal);
        Assert.Contains(
            "warning: --model-dir and --load-epoch say which model", result.Error, StringComparison.Ordinal);
        var config = new ExperimentConfig().MergeFile(Path.Combine(_folder, "output", "config.yaml"));
        Assert.Equal((0, "cross", 200.0), (config.Seed, config.Trainer.Modal, config.Trainer.PromptKD.KdWeight));
        Assert.Equal(["random_flip", "normalize"], config.Input.Transforms);
    }

    [Fact]
    public void Begins_its_log_as_the_reference_does_and_lets_the_last_of_a_repeated_flag_or_key_count()
    {
        TinyClip.Write(Path.Combine(_folder, "student.safetensors"), TinyClip.Architecture, seed: 1000);
        string trainerFile = Path.Combine(_folder, "mine.yaml");
        File.WriteAllText(trainerFile, "TRAINER:\n  PROMPTKD:\n    KD_WEIGHT: 1000.0\n  COOP:\n    PREC: fp32\n");

        CliResult result = CliProgram.Run(
        [
            .. Arguments("PromptKD"), "--seed", "1", "--trainer", "CoOp", "--config-file", trainerFile, "--seed=2",
            "--student", Path.Combine(_folder, "student.safetensors"), "--vocab", TinyClip.Vocabulary, "--device",
            "cpu",
            "DATASET.NUM_SHOTS", "2", "OPTIM.MAX_EPOCH", "7", "INPUT.TRANSFORMS", "['normalize']",
            "DATALOADER.TRAIN_X.BATCH_SIZE", "4", "OPTIM.MAX_EPOCH", "1",
            "DATALOADER.NUM_WORKERS", "1", "TRAINER.COOP.N_CTX", "2",
        ]).Succeeds();

        string[] log = File.ReadAllLines(Path.Combine(_folder, "output", "log.txt"));
        Assert.Equal(["***************", "** Arguments **", "***************", "backbone: "], log[..4]);
        Assert.Contains($"config_file: {trainerFile}", log);
        Assert.Contains("seed: 2", log);
        Assert.Contains("eval_only: False", log);
        Assert.Contains(log, line => line.StartsWith("opts: ['DATASET.NUM_SHOTS', '2', ", StringComparison.Ordinal));

        // Python's repr takes double quotes where a text has single ones.
        Assert.Contains(
            log, line => line.Contains(""", 'INPUT.TRANSFORMS', "['normalize']", """, StringComparison.Ordinal));
        Assert.Equal(
            [
                $"Reading split from {Path.Combine(Root, "dtd", "split_zhou_DescribableTextures.json")}",
                $"Saving preprocessed few-shot data to {Path.Combine(Root, "dtd", "split_fewshot", "shot_2-seed_2.pkl")}",
                "---------  -------------------",
                "Dataset    DescribableTextures",
                "# classes  4",
                "# train_x  8",
                "# val      8",
                "# test     8",
                "---------  -------------------",
            ],
            result.OutputLines.SkipWhile(line => !line.StartsWith("Reading", StringComparison.Ordinal)).Take(9));
        Assert.Contains(result.OutputLines, line => line.Contains(" acc ", StringComparison.Ordinal));
        Assert.Contains(
            result.OutputLines, line => line.StartsWith("epoch [1/1] batch [2/2] ", StringComparison.Ordinal));
        Assert.Contains(
            result.ErrorLines, line => line.Contains(", accuracy while learning ", StringComparison.Ordinal));
        Assert.DoesNotContain("agreement", result.Error, StringComparison.Ordinal);
        Assert.Contains(result.OutputLines, line => line.StartsWith("Checkpoint saved to ", StringComparison.Ordinal));
        Assert.DoesNotContain("teacher", result.Error, StringComparison.Ordinal);
        Assert.Contains(
            $"warning: TRAINER.PROMPTKD.KD_WEIGHT is 1000, of {trainerFile}, which is merged last;",
            result.Error,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--seed", "1")]
    [InlineData("--eval-only", "--model-dir", "elsewhere")]
    public void Refuses_to_write_into_a_student_package(params string[] more)
    {
        string package = Path.Combine(_folder, "output");
        new TinyPackage().Write(package);
        string[] files = Directory.GetFileSystemEntries(package);
        TinyClip.Write(Path.Combine(_folder, "student.safetensors"), TinyClip.Architecture, seed: 1000);

        CliResult result = CliProgram.Run(
            [.. Arguments("CoOp"), "--student", Path.Combine(_folder, "student.safetensors"), .. more]);

        Assert.Contains($"{package} holds a student package, not a run.", result.Mistake(), StringComparison.Ordinal);
        Assert.Equal(files.Order(), Directory.GetFileSystemEntries(package).Order());
    }

    [Fact]
    public void Says_where_it_looked_for_a_teacher() => Assert.Contains(
        Path.Combine("teacher_model", "DescribableTextures", "VLPromptLearner", "model-best.pth.tar"),
        CliProgram.Run(Arguments("PromptKD")).Mistake(),
        StringComparison.Ordinal);

    [Fact]
    public void Says_which_trainers_there_are() => Assert.Contains(
        "There are PromptKD, CoOp, CoCoOp",
        CliProgram.Run(Arguments("KgCoOp")).Mistake(),
        StringComparison.Ordinal);

    [Fact]
    public void Says_that_the_data_sets_folder_is_missing() => Assert.Contains(
        "--root",
        CliProgram.Run("train", "--trainer", "PromptKD", "DATASET.NAME", "EuroSAT").Mistake(),
        StringComparison.Ordinal);

    private string Root => Path.Combine(_folder, "data");

    private IEnumerable<string> Arguments(string trainer)
    {
        string configs = Path.Combine(ProjectFolder.Root, "configs");
        return
        [
            "train", "--root", Root, "--trainer", trainer, "--output-dir", Path.Combine(_folder, "output"),
            "--dataset-config-file", Path.Combine(configs, "datasets", "dtd.yaml"),
            "--config-file", Path.Combine(configs, "trainers", "PromptKD", "vit_b16_c2_ep20_batch8_4+4ctx.yaml"),
        ];
    }
}
