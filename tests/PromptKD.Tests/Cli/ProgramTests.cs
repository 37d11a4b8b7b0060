namespace PromptKD.Tests.Cli;

[Collection(CommandLine.Name)]
public sealed class ProgramTests
{
    [Theory]
    [InlineData("demo", "--output", "--seed", "--recipe", "--teach", "--pictures", "--pictures-only")]
    [InlineData(
        "distill",
        "--images", "--classes", "--teacher", "--teacher-prompts", "--teacher-weights", "--store", "--student",
        "--output", "--val", "--base",
        "--epochs", "--batch-size", "--lr", "--kd-weight", "--temperature", "--prompt-depth", "--prompt-length",
        "--template", "--seed", "--precision", "--device", "--workers", "--vocab", "--config", "--strict",
        "--fast-jpeg", "KEY VALUE")]
    [InlineData(
        "teach",
        "--data", "--clip", "--shots", "--val", "--base", "--classes", "--epochs", "--batch-size", "--lr",
        "--prompt-depth",
        "--prompt-length", "--seed", "--precision", "--device", "--workers", "--vocab", "--config", "--output",
        "KEY VALUE")]
    [InlineData("evaluate", "--model", "--data", "--base", "--json", "--device", "--precision")]
    [InlineData(
        "features",
        "--images", "--teacher", "--teacher-prompts", "--views", "--seed", "--output", "--shard", "--check",
        "--precision", "--device", "--workers", "--fast-jpeg", "KEY VALUE")]
    [InlineData(
        "probe", "--clip", "--train", "--val", "--test", "--shots", "--seeds", "--json", "--device", "--precision")]
    [InlineData("predict", "--model", "--top", "--json", "--device", "--precision", "pictures")]
    [InlineData(
        "profile", "--model", "--clip", "--checkpoint", "--method", "--methods", "--teacher", "--classes", "--batch",
        "--no-speed",
        "--device", "--precision", "--threads", "--json")]
    [InlineData("interpret", "--prompts", "--clip", "--nearest", "--vocab", "--json")]
    public void Help_of_a_command_names_each_option(string command, params string[] options)
    {
        CliResult result = CliProgram.Run(command, "--help").Succeeds();

        Assert.All(options, option => Assert.Contains(option, result.Output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("demo")]
    [InlineData("distill")]
    [InlineData("teach")]
    [InlineData("evaluate")]
    [InlineData("features")]
    [InlineData("predict")]
    [InlineData("interpret")]
    [InlineData("probe")]
    public void Help_gives_the_default_of_each_option_or_says_that_it_is_required(string command)
    {
        CliResult result = CliProgram.Run(command, "--help").Succeeds();

        string[] options = [.. result.OutputLines.Where(line => line.StartsWith("  --", StringComparison.Ordinal))];
        Assert.NotEmpty(options);
        Assert.All(options, line => Assert.Matches(@"\[(default: .+|required)\]$", line));
    }

    [Fact]
    public void Help_names_each_command()
    {
        CliResult result = CliProgram.Run("--help").Succeeds();

        Assert.All(
            ["demo", "distill", "evaluate", "predict", "interpret"],
            command => Assert.Contains($"\n  {command} ", result.Output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("There is no command or option 'distil'. See promptkd --help.", "distil")]
    [InlineData(
        "There is no command or option '--loud'. See promptkd evaluate --help.",
        "evaluate", "--model", "x", "--data", "y", "--loud")]
    [InlineData(
        "There is no command or option '--loud'. See promptkd distill --help.",
        "distill", "--output", "x", "--loud")]
    [InlineData("'b' is one argument too many: check takes one. See promptkd check --help.", "check", "a", "b")]
    [InlineData("Option '--output' is required. See promptkd distill --help.", "distill")]
    [InlineData("Option '--model' is required. See promptkd predict --help.", "predict", "a.png")]
    public void Refuses_a_command_line_in_one_line_and_says_where_help_is(string expected, params string[] arguments)
    {
        CliResult result = CliProgram.Run(arguments);

        Assert.Equal($"promptkd: {expected}", result.Mistake());
        Assert.Single(result.ErrorLines);
        Assert.Empty(result.Output);
    }

    [Fact]
    public void Refuses_to_do_nothing() => Assert.Contains(
        "See promptkd --help.", CliProgram.Run().Mistake(), StringComparison.Ordinal);
}
