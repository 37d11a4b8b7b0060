using System.Globalization;
using System.Text.Json;

namespace PromptKD.Tests.Cli;

[Collection(CommandLine.Name)]
public sealed class EvaluateCommandTests(DistilledRun run)
{
    [Fact]
    public void Prints_base_novel_and_their_harmonic_mean()
    {
        CliResult result = CliProgram.Run(
            "evaluate", "--model", run.Student, "--data", run.TestPictures, "--base", "24", "--json").Succeeds();

        using var document = JsonDocument.Parse(Assert.Single(result.OutputLines));
        double known = document.RootElement.GetProperty("base").GetDouble();
        double novel = document.RootElement.GetProperty("novel").GetDouble();
        double expected = known + novel == 0 ? 0 : 2 * known * novel / (known + novel);
        Assert.Equal(expected, document.RootElement.GetProperty("harmonicMean").GetDouble(), precision: 9);
        Assert.Equal(48, document.RootElement.GetProperty("pictures").GetInt32());
    }

    [Fact]
    public void Finds_what_the_run_measured_after_its_last_epoch()
    {
        string last = File.ReadLines(Path.Combine(run.Output, "metrics.jsonl")).Last();
        using var document = JsonDocument.Parse(last);
        string expected = string.Create(
            CultureInfo.InvariantCulture, $"{document.RootElement.GetProperty("accuracy").GetDouble():0.0} %");

        CliResult result = CliProgram.Run("evaluate", "--model", run.Student, "--data", run.TestPictures).Succeeds();

        string[] header = Columns(result.OutputLines[0]);
        string[] row = Columns(result.OutputLines[1]);
        Assert.Equal(["accuracy", "macro F1", "pictures"], header);
        Assert.Equal(["student", expected], row[..2]);
    }

    [Fact]
    public void Refuses_a_folder_that_is_not_there() => Assert.Contains(
        "No folder at 'nowhere'",
        CliProgram.Run("evaluate", "--model", run.Student, "--data", "nowhere").Mistake(),
        StringComparison.Ordinal);

    [Fact]
    public void Refuses_a_folder_without_class_folders() => Assert.Contains(
        run.Photos,
        CliProgram.Run("evaluate", "--model", run.Student, "--data", run.Photos).Mistake(),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("48")]
    [InlineData("-1")]
    public void Refuses_a_split_that_leaves_one_half_empty(string baseClasses) => Assert.Contains(
        $"--base is {baseClasses}, but there are 48 classes",
        CliProgram.Run(
            "evaluate", "--model", run.Student, "--data", run.TestPictures, "--base", baseClasses).Mistake(),
        StringComparison.Ordinal);

    private static string[] Columns(string line) =>
        line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
