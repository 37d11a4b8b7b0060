using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Demo;

namespace PromptKD.Tests.Cli;

[Collection(CommandLine.Name)]
public sealed class DistillCommandTests(DistilledRun run)
{
    [Theory]
    [InlineData("config.yaml")]
    [InlineData("log.txt")]
    [InlineData(".digests.tsv")]
    [InlineData("pictures.tsv.gz")]
    [InlineData("metrics.jsonl")]
    [InlineData("checkpoints/last.safetensors")]
    [InlineData("checkpoints/previous.safetensors")]
    [InlineData("student/model.json")]
    [InlineData("student/student.safetensors")]
    [InlineData("student/class_vectors.safetensors")]
    [InlineData("student/README.md")]
    [InlineData("report.html")]
    public void Writes_each_file_that_a_run_consists_of(string file)
    {
        run.Result.Succeeds();

        Assert.NotEqual(0, new FileInfo(Path.Combine(run.Output, file)).Length);
    }

    [Fact]
    public void Leaves_nothing_else_behind() => Assert.Equal(
        15, Directory.EnumerateFiles(run.Output, "*", SearchOption.AllDirectories).Count());

    [Fact]
    public void Writes_a_configuration_that_reads_back_as_what_was_asked_for()
    {
        ExperimentConfig config = new ExperimentConfig().MergeFile(Path.Combine(run.Output, "config.yaml"));

        Assert.Equal(run.Output, config.OutputDir);
        Assert.Equal(run.Photos, config.Distill.Images);
        Assert.Equal(DemoClass.All.Select(one => one.Name), config.Distill.Classes);
        Assert.Equal(24, config.Distill.Base);
        Assert.Equal(2, config.Optim.MaxEpoch);
        Assert.Equal(16, config.DataLoader.TrainX.BatchSize);
        Assert.Equal("fp32", config.Trainer.PromptKD.Prec);
        Assert.Equal(DistillPreset.Config.Optim.Lr, config.Optim.Lr);
    }

    [Fact]
    public void Writes_one_metrics_line_an_epoch_and_one_a_validation()
    {
        JsonElement[] lines = [.. ReadMetrics()];

        string[] kinds = [.. lines.Select(line => line.GetProperty("kind").GetString()!)];
        Assert.Equal(["validation", "validation", "epoch", "validation", "epoch", "validation"], kinds);
        Assert.Equal("teacher", lines[0].GetProperty("model").GetString());
        Assert.Equal("untrained", lines[1].GetProperty("model").GetString());
        Assert.Equal(1, lines[2].GetProperty("epoch").GetInt32());
        Assert.InRange(lines[2].GetProperty("pictures").GetInt32(), 47, 48); // 49 files are 3 · 16 + 1; one is damaged.
        Assert.Equal(2, lines[4].GetProperty("epoch").GetInt32());
        Assert.Equal("student", lines[5].GetProperty("model").GetString());
        Assert.InRange(lines[5].GetProperty("accuracy").GetDouble(), 0, 100);
    }

    [Fact]
    public void Says_in_the_manifest_what_the_student_is_and_what_made_it()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(run.Student, "model.json")));
        JsonElement manifest = document.RootElement;

        Assert.Equal("promptkd-student", manifest.GetProperty("format").GetString());
        Assert.Equal(32, manifest.GetProperty("architecture").GetProperty("imageSize").GetInt32());
        Assert.Equal(48, manifest.GetProperty("classNames").GetArrayLength());
        Assert.Equal("a photo of a {}.", Assert.Single(manifest.GetProperty("templates").EnumerateArray()).GetString());
        Assert.Equal("bicubic", manifest.GetProperty("preprocessing").GetProperty("interpolation").GetString());
        Assert.Equal("fp32", manifest.GetProperty("precision").GetString());
        Assert.Equal(1, manifest.GetProperty("training").GetProperty("skippedPictures").GetInt32());
        JsonElement inputs = manifest.GetProperty("inputs");
        Assert.Equal(
            ["class names", "pictures", "student", "teacher", "vocabulary"],
            inputs.EnumerateObject().Select(input => input.Name));
        Assert.All(inputs.EnumerateObject(), input => Assert.Matches("^[0-9a-f]{64}$", input.Value.GetString()!));
        byte[] vocabulary = File.ReadAllBytes(Path.Combine(DistilledRun.TeacherFolder, "merges.txt"));
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(vocabulary)), inputs.GetProperty("vocabulary").GetString());
    }

    [Fact]
    public void Writes_the_numbers_of_the_run_into_the_model_card()
    {
        string card = File.ReadAllText(Path.Combine(run.Student, "README.md"));

        double accuracy = ReadMetrics().Last().GetProperty("accuracy").GetDouble();
        Assert.Contains(
            $"| this student | {accuracy.ToString("0.0", CultureInfo.InvariantCulture)} |",
            card,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Tells_the_epochs_on_standard_error_and_the_result_on_standard_output()
    {
        run.Result.Succeeds();

        Assert.Contains(run.Result.ErrorLines, line => line.StartsWith("epoch 2: loss ", StringComparison.Ordinal));
        Assert.Matches("^ +base +novel +harmonic mean +all classes +pictures$", run.Result.OutputLines[0]);
        Assert.StartsWith("teacher ", run.Result.OutputLines[1], StringComparison.Ordinal);
        Assert.StartsWith("student ", run.Result.OutputLines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Names_a_picture_that_cannot_be_read_on_the_screen_and_in_the_log()
    {
        string warning = $"warning: skipped {Path.Combine(run.Photos, DistilledRun.DamagedPicture)}: ";

        Assert.Single(run.Result.ErrorLines, line => line.StartsWith(warning, StringComparison.Ordinal));
        Assert.Contains(warning, File.ReadAllText(Path.Combine(run.Output, "log.txt")), StringComparison.Ordinal);
    }

    [Fact]
    public void Changes_nothing_where_the_run_is_finished()
    {
        Dictionary<string, (DateTime Time, string Digest)> before = Contents();

        CliResult again = CliProgram.Run(run.Arguments()).Succeeds();

        Assert.Equal(before, Contents());
        Assert.Equal(run.Result.Output, again.Output);
        Assert.DoesNotContain(again.ErrorLines, line => line.StartsWith("epoch", StringComparison.Ordinal));
    }

    [Fact]
    public void Folders_that_are_spelled_in_another_way_are_the_same_run()
    {
        Dictionary<string, (DateTime Time, string Digest)> before = Contents();
        string root = Path.GetRelativePath(".", run.Root);

        CliResult again = CliProgram.Run(run.Arguments(
            ("--images", run.Photos + "/"),
            ("--teacher", Path.GetRelativePath(".", DistilledRun.TeacherFolder)),
            ("--student", DistilledRun.StudentFolder + "//"),
            ("--val", Path.Combine(run.TestPictures, "..", "..", Path.GetRelativePath(run.Root, run.TestPictures))),
            ("--output", Path.Combine(root, Path.GetRelativePath(run.Root, run.Output))))).Succeeds();

        Assert.Equal(before, Contents());
        Assert.DoesNotContain(again.ErrorLines, line => line.StartsWith("epoch", StringComparison.Ordinal));
    }

    [Fact]
    public void Warns_of_a_key_that_has_no_effect()
    {
        string file = run.NewPath(".yaml");
        File.WriteAllText(file, "TRAINER: {PROMPTKD: {CE_WEIGHT: 2.0}}");

        CliResult result = CliProgram.Run(
            run.Arguments(("--config", file), ("--output", run.NewPath()), ("--student", "nowhere.pt")));

        Assert.Contains("nowhere.pt", result.Mistake(), StringComparison.Ordinal);
        Assert.Contains(
            "warning: TRAINER.PROMPTKD.CE_WEIGHT has no effect in distill with these settings.", result.ErrorLines);
    }

    [Fact]
    public void Gives_key_and_value_pairs_the_last_word()
    {
        CliResult result = CliProgram.Run([.. run.Arguments(), "OPTIM.MAX_EPOCH", "7"]);

        Assert.Contains("OPTIM.MAX_EPOCH is 2 and 7", result.Mistake(), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_the_held_out_majority_of_classes_that_come_with_their_vectors()
    {
        string folder = run.NewPath();
        Directory.CreateDirectory(folder);
        string vectors = Path.Combine(folder, "vectors.safetensors");
        File.Copy(Path.Combine(run.Student, "class_vectors.safetensors"), vectors);
        File.WriteAllLines(Path.ChangeExtension(vectors, ".txt"), DemoClass.All.Select(one => $"my {one.Name}"));

        CliResult result = CliProgram.Run(run.Arguments(
            ("--class-vectors", vectors), ("--classes", null), ("--val", null), ("--base", null),
            ("--holdout", "0.5"), ("--epochs", "1"), ("--output", run.NewPath()))).Succeeds();

        Assert.Contains("always 'my ", result.Output, StringComparison.Ordinal);
    }

    private IEnumerable<JsonElement> ReadMetrics() => File.ReadLines(Path.Combine(run.Output, "metrics.jsonl"))
        .Select(line => JsonDocument.Parse(line).RootElement);

    /// <summary>Time and digest of each file, but of the log, which tells of each call.</summary>
    private Dictionary<string, (DateTime Time, string Digest)> Contents() =>
        Directory.EnumerateFiles(run.Output, "*", SearchOption.AllDirectories)
            .Where(path => Path.GetFileName(path) is not ("log.txt" or ".digests.tsv"))
            .ToDictionary(
                path => path,
                path =>
                {
                    byte[] digest = SHA256.HashData(File.ReadAllBytes(path));
                    return (File.GetLastWriteTimeUtc(path), Convert.ToHexString(digest));
                });
}
