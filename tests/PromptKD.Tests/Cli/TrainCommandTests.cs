using PromptKD.Configuration;
using PromptKD.Golden;
using PromptKD.Tests.Data.Datasets;
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
            .. Arguments("PromptKD"), "--seed", "0", "--transforms", "random_flip", "normalize", "--backbone", "ViT-B/16",
            "--source-domains", "a", "b", "--head", "mlp",
            "--teacher", DistilledRun.TeacherFolder, "--teacher-prompts", "none", "--student", DistilledRun.StudentFolder,
            "--vocab", Path.Combine(DistilledRun.TeacherFolder, "merges.txt"), "--device", "cpu",
            "OPTIM.MAX_EPOCH", "1", "TRAINER.MODAL", "cross", "TRAINER.PROMPTKD.PREC", "fp32", "DATASET.NUM_SHOTS", "0",
            "TRAINER.PROMPTKD.TEMPLATES", "['{}']",
        ]).Succeeds();

        Assert.Contains("Finish training", result.OutputLines);
        Assert.Contains(result.OutputLines, line => line.StartsWith("epoch [1/1] batch [2/2] time ", StringComparison.Ordinal));
        Assert.StartsWith("  accuracy ", result.OutputLines[^1], StringComparison.Ordinal);
        Assert.Contains(
            "warning: DATASET.SOURCE_DOMAINS, MODEL.HEAD.NAME have no effect in train with these settings.",
            result.Error,
            StringComparison.Ordinal);
        var config = new ExperimentConfig().MergeFile(Path.Combine(_folder, "output", "config.yaml"));
        Assert.Equal((0, "cross", 200.0), (config.Seed, config.Trainer.Modal, config.Trainer.PromptKD.KdWeight));
        Assert.Equal(["random_flip", "normalize"], config.Input.Transforms);
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
        "--root", CliProgram.Run("train", "--trainer", "PromptKD", "DATASET.NAME", "EuroSAT").Mistake(), StringComparison.Ordinal);

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
