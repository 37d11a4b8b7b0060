using PromptKD.Configuration;
using PromptKD.Demo;
using PromptKD.Tests.Export.Onnx;

namespace PromptKD.Tests.Cli;

[Collection(CommandLine.Name)]
public sealed class TeachCommandTests(DistilledRun run)
{
    // Unlike the demo's teacher, this one knows the words of PromptSRC's sentences.
    private static readonly string s_clip = Path.Combine(
        Path.GetDirectoryName(DistilledRun.TeacherFolder)!, "plain-teacher");

    [Fact]
    public void Prints_both_accuracies_and_a_checkpoint_that_distill_takes()
    {
        string output = run.NewPath();

        CliResult taught = CliProgram.Run(Arguments(output)).Succeeds();
        CliResult distilled = CliProgram.Run(run.Arguments(
            ("--teacher", s_clip),
            ("--teacher-prompts", Path.Combine(output, "VLPromptLearner", "model.pth.tar-1")),
            ("--vocab", Path.Combine(s_clip, "merges.txt")),
            ("--epochs", "1"),
            ("--output", run.NewPath()))).Succeeds();

        Assert.StartsWith("CLIP, zero-shot ", taught.OutputLines[2], StringComparison.Ordinal);
        Assert.StartsWith("teacher, taught ", taught.OutputLines[3], StringComparison.Ordinal);
        Assert.Contains(taught.ErrorLines, line => line.Contains("accuracy while learning", StringComparison.Ordinal));
        Assert.Equal(Cells(taught.OutputLines[3])[1..], Cells(distilled.OutputLines[1])[1..]);
    }

    [Fact]
    public void Distill_with_labels_prints_both_tables()
    {
        string configuration = run.NewPath(".yaml");
        File.WriteAllText(configuration, "OPTIM: {MAX_EPOCH: 1}\nDATALOADER: {TRAIN_X: {BATCH_SIZE: 24}}\n");

        CliResult result = CliProgram.Run(run.Arguments(
            ("--teacher", s_clip),
            ("--labelled", Labelled),
            ("--shots", "1"),
            ("--teach-config", configuration),
            ("--vocab", Path.Combine(s_clip, "merges.txt")),
            ("--epochs", "1"),
            ("--output", run.NewPath()))).Succeeds();

        string[] models = [.. result.OutputLines.Select(line => Cells(line)[0])];
        Assert.Equal(["CLIP, zero-shot", "teacher, taught", "teacher", "student"], models.Where(name => name.Length > 0
            && !name.Contains(':', StringComparison.Ordinal)
            && !name.StartsWith("base", StringComparison.Ordinal)
            && !name.StartsWith("The ", StringComparison.Ordinal)
            && !name.StartsWith("promptkd", StringComparison.Ordinal)));
    }

    [Fact]
    public void Writes_a_configuration_that_reads_back_as_what_was_asked_for()
    {
        string output = run.NewPath();

        CliProgram.Run([.. Arguments(output), "--prompt-length", "2", "--prompt-depth", "1"]).Succeeds();

        var config = new ExperimentConfig().MergeFile(Path.Combine(output, "config.yaml"));
        Assert.Equal((2, 2), (config.Trainer.PromptSRC.NCtxVision, config.Trainer.PromptSRC.NCtxText));
        Assert.Equal((1, 1), (config.Trainer.PromptSRC.PromptDepthVision, config.Trainer.PromptSRC.PromptDepthText));
        Assert.Equal(1, config.Dataset.NumShots);
        Assert.Equal(24, config.Distill.Base);
    }

    [Theory]
    [InlineData("--data", "Nothing is given for --data")]
    [InlineData("--clip", "Nothing is given for --clip")]
    public void Says_what_is_missing(string option, string expected)
    {
        string[] arguments = [.. Arguments(run.NewPath())];
        int place = Array.IndexOf(arguments, option);

        Assert.Contains(
            expected,
            CliProgram.Run([.. arguments[..place], .. arguments[(place + 2)..]]).Mistake(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Distill_refuses_shots_without_labelled_pictures() => Assert.Contains(
        "Give --labelled",
        CliProgram.Run(run.Arguments(("--shots", "4"), ("--output", run.NewPath()))).Mistake(),
        StringComparison.Ordinal);

    [Fact]
    public void Neither_teaches_nor_distils_in_a_student_package()
    {
        string package = run.NewPath();
        new TinyPackage().Write(package);
        string[] files = Directory.GetFileSystemEntries(package);
        string expected = $"promptkd: {package} holds a student package, not a run. Use another --output: a run has a "
            + "folder of its own.";

        Assert.Equal(expected, CliProgram.Run(Arguments(package)).Mistake());
        Assert.Equal(
            expected,
            CliProgram.Run(run.Arguments(
                ("--teacher", s_clip),
                ("--labelled", Labelled),
                ("--shots", "1"),
                ("--vocab", Path.Combine(s_clip, "merges.txt")),
                ("--output", package))).Mistake());
        Assert.Equal(files.Order(), Directory.GetFileSystemEntries(package).Order());
    }

    private string Labelled => run.TestPictures;

    private static string[] Cells(string line) =>
        line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } cells
            ? cells
            : [""];

    private string[] Arguments(string output) =>
    [
        "teach", "--data", Labelled, "--classes", Path.Combine(run.Pictures, DemoData.ClassNamesFile), "--clip", s_clip,
        "--vocab", Path.Combine(s_clip, "merges.txt"), "--val", run.TestPictures, "--base", "24", "--shots", "1",
        "--epochs", "1", "--batch-size", "24", "--precision", "fp32", "--output", output,
    ];
}
