using System.Text.Json;

namespace PromptKD.Tests.Cli;

[Collection(CommandLine.Name)]
public sealed class PreviewCommandTests(DistilledRun run)
{
    [Fact]
    public void Tells_what_the_teacher_thinks_and_draws_a_sheet()
    {
        string folder = run.NewPath();

        CliResult result = Preview("--output", folder, "--sample", "24").Succeeds();

        Assert.StartsWith("Looked at 24 of 49 pictures.", result.OutputLines[0], StringComparison.Ordinal);
        Assert.Contains("48 classes: ", result.Output, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "preview.json")));
        Assert.Equal(24, document.RootElement.GetProperty("classes").EnumerateArray().Sum(
            one => one.GetProperty("pictures").GetInt32()));
        Assert.Equal([0x89, 0x50, 0x4E, 0x47], File.ReadAllBytes(Path.Combine(folder, "sheet.png"))[..4]);
    }

    [Fact]
    public void Compares_sentences_and_names_what_cannot_be_read()
    {
        CliResult result = Preview(
            "--sample", "0", "--json", "--template", "a {}.", "--template", "a photo of a {}.").Succeeds();

        using var document = JsonDocument.Parse(Assert.Single(result.OutputLines));
        Assert.Equal(48, document.RootElement.GetProperty("sample").GetInt32());
        Assert.Equal(1, document.RootElement.GetProperty("skipped").GetArrayLength());
        Assert.Equal(3, document.RootElement.GetProperty("sentences").GetArrayLength());
        Assert.Contains(
            result.ErrorLines, line => line.Contains(DistilledRun.DamagedPicture, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--sample is -1", "--sample", "-1")]
    [InlineData("The template \"no gap\" has {} 0 times", "--template", "no gap")]
    [InlineData("--context says something of --teacher-prompts, which is not given", "--context", "a dark photo of a")]
    public void Refuses_what_cannot_be_meant(string expected, params string[] options) =>
        Assert.Contains(expected, Preview(options).Mistake(), StringComparison.Ordinal);

    private CliResult Preview(params string[] options) => CliProgram.Run(
    [
        "preview", "--teacher", DistilledRun.TeacherFolder, "--classes", run.Options["--classes"], "--images",
        run.Photos,
        "--vocab", run.Options["--vocab"], .. options,
    ]);
}
