using System.Text.Json;

namespace PromptKD.Tests.Cli;

[Collection(CommandLine.Name)]
public sealed class ProbeCommandTests(DistilledRun run)
{
    [Fact]
    public void Prints_a_row_for_each_number_of_shots()
    {
        CliResult result = CliProgram.Run(Arguments("--shots", "1", "--seeds", "1")).Succeeds();

        Assert.Matches("^shots +accuracy +deviation +seeds$", result.OutputLines[0]);
        Assert.Matches(@"^1 +\d+\.\d % +0\.0 +1$", Assert.Single(result.OutputLines[1..]));
    }

    [Fact]
    public void Prints_each_draw_as_json()
    {
        CliResult result = CliProgram.Run(Arguments("--shots", "1", "--seeds", "1", "--json")).Succeeds();

        JsonElement score = JsonDocument.Parse(Assert.Single(result.OutputLines)).RootElement;
        JsonElement draw = Assert.Single(score.GetProperty("runs").EnumerateArray());
        Assert.Equal(1, draw.GetProperty("seed").GetInt32());
        Assert.Equal(
            score.GetProperty("accuracy").GetProperty("mean").GetDouble(), draw.GetProperty("test").GetDouble());
    }

    [Theory]
    [InlineData("--shots is '0', expected whole numbers", "--shots", "0")]
    [InlineData("--shots is 'few', expected whole numbers", "--shots", "few")]
    [InlineData("--seeds is 0; give 1 or more", "--seeds", "0")]
    public void Refuses_a_value_that_makes_no_sense(string expected, params string[] options) => Assert.Contains(
        expected, CliProgram.Run(Arguments(options)).Mistake(), StringComparison.Ordinal);

    private IEnumerable<string> Arguments(params string[] options) =>
    [
        "probe", "--clip", DistilledRun.StudentFolder, "--train", run.TestPictures, "--val", run.TestPictures,
        "--test", run.TestPictures, "--precision", "fp32", .. options,
    ];
}
