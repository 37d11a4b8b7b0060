using System.Text.Json;

namespace PromptKD.Tests.Cli;

/// <summary>The command line of <c>profile</c>.</summary>
[Collection(CommandLine.Name)]
public sealed class ProfileCommandTests(DistilledRun run)
{
    [Fact]
    public void A_CLIP_is_counted_by_name_and_nothing_is_fetched()
    {
        CliResult result = CliProgram.Run("profile", "--clip", "openai:ViT-B/16", "--no-speed").Succeeds();

        Assert.Contains(result.OutputLines, line => line.StartsWith("all", StringComparison.Ordinal)
            && line.Contains("149.62 M", StringComparison.Ordinal)
            && line.Contains("17.56 G", StringComparison.Ordinal));
    }

    [Fact]
    public void A_package_is_measured()
    {
        CliResult result = CliProgram.Run(
            "profile", "--model", run.Student, "--batch", "2,3", "--device", "cpu", "--precision", "bf16",
            "--threads", "1", "--json").Succeeds();

        JsonElement profile = JsonDocument.Parse(result.OutputLines.Single()).RootElement;
        JsonElement measured = profile.GetProperty("measured");
        Assert.Equal("bf16", measured.GetProperty("precision").GetString());
        Assert.Equal(
            [2, 3], measured.GetProperty("speeds").EnumerateArray().Select(row => row.GetProperty("batch").GetInt32()));
        Assert.Equal("PromptKD", profile.GetProperty("method").GetString());
        Assert.Equal(
            profile.GetProperty("learned").GetInt64(),
            profile.GetProperty("parts").EnumerateArray().Sum(part => part.GetProperty("learned").GetInt64()));
    }

    [Theory]
    [InlineData("--method CoOp", "TRAINER.PROMPTKD.PROJECT_LAYER", "3")]
    [InlineData("", "TRAINER.COOP.N_CTX", "16")]
    [InlineData("--methods", "OPTIM.LR", "3")]
    public void A_key_that_changes_nothing_is_named(string options, string key, string value)
    {
        string[] given = options.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        CliResult result = CliProgram.Run(
            ["profile", "--clip", "openai:ViT-B/16", .. given, .. given is ["--methods"] ? [] : (string[])["--no-speed"], key, value]);

        Assert.Contains(
            $"warning: {key} has no effect in profile with these settings.",
            result.Succeeds().Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void All_methods_stand_beside_the_paper()
    {
        CliResult result = CliProgram.Run("profile", "--clip", "openai:ViT-B/16", "--methods").Succeeds();

        string[] row = Row(result, "CoCoOp");
        Assert.Equal(["CoCoOp", "35.36 k", "162.5", "162.5"], row[..4]);
        Assert.Equal("15.08", row[^1]);
        Assert.Equal(["PromptKD", "1.01 M", "17.2", "42.5"], Row(result, "PromptKD")[..4]);
    }

    [Theory]
    [InlineData("--no-speed", "Nothing is given for --clip")]
    [InlineData("--clip openai:ViT-B/17", "OpenAI published no such model")]
    [InlineData("--clip openai:RN50 --method MaPLe --no-speed", "its image encoder is a ResNet")]
    [InlineData("--clip openai:RN50 --method PromptKD --no-speed", "Set TRAINER.PROMPTKD.N_CTX_VISION 0")]
    [InlineData("--clip openai:RN50 --method ZeroshotCLIP --no-speed", "which learns nothing")]
    [InlineData("--clip openai:RN50 --method MapLe --no-speed", "Did you mean MaPLe?")]
    [InlineData("--clip openai:RN50 --teacher openai:RN50 --no-speed", "--teacher is of the method PromptKD")]
    [InlineData("--clip openai:RN50 --batch 1,x", "--batch is '1,x'")]
    [InlineData("--clip openai:RN50 --batch 0", "--batch has 0")]
    [InlineData("--clip openai:RN50 --threads 0", "--threads is 0")]
    [InlineData("--clip openai:RN50 --classes -1", "--classes is -1")]
    [InlineData("--clip openai:RN50 --no-speed --threads 1", "--threads is of measuring")]
    [InlineData("--clip openai:RN50 --methods --device cpu", "give --batch 1,32")]
    [InlineData("--model nowhere --no-speed", "No student package")]
    [InlineData("--model nowhere --clip openai:RN50 --no-speed", "Leave --clip, --checkpoint and --method out")]
    [InlineData("--model nowhere --classes 3 --no-speed", "Leave --classes out")]
    public void What_cannot_be_profiled_is_one_line(string arguments, string reason) =>
        Assert.Contains(
            reason, CliProgram.Run(["profile", .. arguments.Split(' ')]).Mistake(), StringComparison.Ordinal);

    private static string[] Row(CliResult result, string method) => result.OutputLines
        .First(line => line.StartsWith(method, StringComparison.Ordinal))
        .Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
