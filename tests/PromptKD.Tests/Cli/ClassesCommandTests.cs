namespace PromptKD.Tests.Cli;

[Collection(CommandLine.Name)]
public sealed class ClassesCommandTests(DistilledRun run)
{
    [Theory]
    [InlineData("--context says something of --teacher-prompts", "--teacher", "x", "--context", "a dark photo of a")]
    [InlineData("--context says something of --teacher", "--context", "a dark photo of a")]
    [InlineData("--device says something of --teacher", "--device", "cpu")]
    [InlineData("--vocab says something of --teacher", "--vocab", "x")]
    [InlineData("Give --output, a new folder for the changed package, or --in-place.")]
    public void Refuses_what_would_reach_nothing(string expected, params string[] options)
    {
        string output = run.NewPath();
        string[] where = options.Length == 0 ? [] : ["--output", output];

        CliResult result = CliProgram.Run(
            ["classes", "rename", "red star", "sun", "--model", run.Student, .. where, .. options]);

        Assert.Contains(expected, result.Mistake(), StringComparison.Ordinal);
        Assert.False(Path.Exists(output));
    }
}
