using System.Text.Json.Nodes;
using PromptKD.Golden;

namespace PromptKD.Tests;

public sealed class GoldenProgramTests : IDisposable
{
    private const string Schedules = "08-lr-schedules";

    private readonly string _root = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Agrees_with_a_case_whatever_its_folder_is_called()
    {
        CopyCase("a/other name");

        (int status, string report, string errors) = Run(_root);

        Assert.Equal((GoldenProgram.Agreed, ""), (status, errors));
        Assert.Matches(@"(?m)^ok +a/other name +0\.\d{4}  of \d+ values", report);
        Assert.EndsWith("1 passed, 0 failed (0 cases not covered)\n", report, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_the_value_that_differs()
    {
        string folder = CopyCase("perturbed");
        string file = Path.Combine(folder, "expected.json");
        JsonNode schedules = JsonNode.Parse(File.ReadAllText(file))!;
        schedules[2]!["lr_per_epoch"]![1] = 0.5;
        File.WriteAllText(file, schedules.ToJsonString());

        (int status, string report, _) = Run(_root);

        Assert.Equal(GoldenProgram.Differed, status);
        Assert.Matches("(?m)^FAILED +perturbed", report);
        Assert.Contains("schedule 2, epoch 1: error", report, StringComparison.Ordinal);
        Assert.EndsWith("0 passed, 1 failed (0 cases not covered)\n", report, StringComparison.Ordinal);
    }

    [Fact]
    public void Goes_on_behind_a_case_that_cannot_be_run()
    {
        File.Delete(Path.Combine(CopyCase("1 incomplete"), "expected.json"));
        WriteCase("2 broken", "{");
        WriteCase("3 nameless", "{}");
        CopyCase("4 complete");

        (int status, string report, _) = Run(_root);

        Assert.Equal(GoldenProgram.Differed, status);
        Assert.Matches("(?m)^FAILED +1 incomplete .*expected.json", report);
        Assert.Matches("(?m)^FAILED +2 broken", report);
        Assert.Matches("(?m)^FAILED +3 nameless .*case.json does not say which case it is", report);
        Assert.Matches("(?m)^ok +4 complete", report);
        Assert.EndsWith("1 passed, 3 failed (0 cases not covered)\n", report, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_which_cases_it_does_not_cover()
    {
        WriteCase("new", """{"case": "a kind of the future"}""");

        (int status, string report, _) = Run(_root);

        Assert.Equal(GoldenProgram.Agreed, status);
        Assert.Matches("(?m)^not covered +new$", report);
        Assert.EndsWith("0 passed, 0 failed (1 cases not covered)\n", report, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "golden: no case.json below")]
    [InlineData("none", "golden: there is no folder")]
    public void Says_in_one_line_that_there_is_nothing_to_run(string folder, string begins)
    {
        (int status, string report, string errors) = Run(Path.Combine(_root, folder));

        Assert.Equal((GoldenProgram.NoCases, ""), (status, report));
        Assert.StartsWith(begins, Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    private static (int Status, string Report, string Errors) Run(string root)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        int status = new GoldenProgram(output).Run(root, errors);
        return (status, output.ToString().ReplaceLineEndings("\n"), errors.ToString().ReplaceLineEndings("\n"));
    }

    private string CopyCase(string name)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_root, name)).FullName;
        foreach (string file in Directory.EnumerateFiles(Path.Combine(ProjectFolder.Golden, Schedules)))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        return folder;
    }

    private void WriteCase(string name, string json)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_root, name)).FullName;
        File.WriteAllText(Path.Combine(folder, "case.json"), json);
    }
}
