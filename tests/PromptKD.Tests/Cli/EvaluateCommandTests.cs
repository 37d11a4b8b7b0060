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
    [InlineData("48", "--base is 48, but there are 48 classes")]
    [InlineData("-1", "--base is -1; give 0 or more")]
    public void Refuses_a_split_that_leaves_one_half_empty(string baseClasses, string expected) => Assert.Contains(
        expected,
        CliProgram.Run(
            "evaluate", "--model", run.Student, "--data", run.TestPictures, "--base", baseClasses).Mistake(),
        StringComparison.Ordinal);

    [Fact]
    public void Writes_confusion_mistakes_and_all_of_it_and_they_agree()
    {
        string table =
            run.NewPath(".csv"), drawn = run.NewPath(".png"), json = run.NewPath(".json"), mistakes = run.NewPath();

        CliResult result = CliProgram.Run(
            "evaluate", "--model", run.Student, "--data", run.TestPictures, "--confusion", table, "--confusion", drawn,
            "--mistakes", mistakes, "--json", json).Succeeds();

        using var document = JsonDocument.Parse(File.ReadAllText(json));
        JsonElement root = document.RootElement;
        string[][] rows = [.. File.ReadAllLines(table).Select(line => line.Split(','))];
        int[] diagonal = [.. rows[1..].Select((row, index) => int.Parse(row[index + 1], CultureInfo.InvariantCulture))];
        int correct = diagonal.Sum();
        Assert.Equal(48, rows.Length - 1);
        Assert.Equal(rows[0][1..], rows[1..].Select(row => row[0]));
        Assert.Equal(100.0 * correct / 48, root.GetProperty("all").GetDouble(), precision: 9);
        Assert.Equal(48 - correct, root.GetProperty("mistakes").GetArrayLength());
        Assert.Equal(
            diagonal,
            root.GetProperty("classes").EnumerateArray().Select(one => one.GetProperty("correct").GetInt32()));
        Assert.All(root.GetProperty("mistakes").EnumerateArray(), one => Assert.True(File.Exists(Path.Combine(
            mistakes, one.GetProperty("className").GetString()!, one.GetProperty("answer").GetString()!,
            Path.GetFileName(one.GetProperty("path").GetString()!)))));
        Assert.Equal(48 - correct, Directory.EnumerateFiles(mistakes, "*", SearchOption.AllDirectories).Count());
        Assert.Equal([0x89, 0x50, 0x4E, 0x47], File.ReadAllBytes(drawn)[..4]);
        Assert.Contains(
            result.OutputLines, line => line.StartsWith("Calibration error (ECE): ", StringComparison.Ordinal));
    }

    [Fact]
    public void Says_which_classes_have_no_picture_and_measures_the_others()
    {
        string data = run.NewPath();
        Directory.CreateDirectory(Path.Combine(data, "red star"));
        File.Copy(Path.Combine(run.TestPictures, "red star", "001.png"), Path.Combine(data, "red star", "001.png"));

        CliResult result = CliProgram.Run("evaluate", "--model", run.Student, "--data", data, "--json").Succeeds();

        using var document = JsonDocument.Parse(Assert.Single(result.OutputLines));
        Assert.Equal(1, document.RootElement.GetProperty("pictures").GetInt32());
        Assert.Equal(47, document.RootElement.GetProperty("emptyClasses").GetArrayLength());
        Assert.Contains("of 47 classes: ", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "--confusion is 'confusion.txt'; the name ends in .csv for a table, or in .png",
        "--confusion",
        "confusion.txt")]
    [InlineData("--links says how the folder of --mistakes is filled.", "--links")]
    [InlineData("--links says how the folder of --mistakes is filled.", "--links", "--mistakes", "sheet.png")]
    [InlineData(
        "--mistakes is 'sheet.jpg'. Give a sheet a name that ends in .png, or the folder", "--mistakes", "sheet.jpg")]
    public void Refuses_options_that_cannot_be_meant(string expected, params string[] options) => Assert.Contains(
        expected,
        CliProgram.Run(["evaluate", "--model", run.Student, "--data", run.TestPictures, .. options]).Mistake(),
        StringComparison.Ordinal);

    private static string[] Columns(string line) =>
        line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
