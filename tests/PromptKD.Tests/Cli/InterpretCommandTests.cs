using System.Text.Json;
using PromptKD.Golden;

namespace PromptKD.Tests.Cli;

/// <summary>Tokens that PromptSRC's own program learned, against the demo's vocabulary: only the widths fit.</summary>
[Collection(CommandLine.Name)]
public sealed class InterpretCommandTests
{
    private static readonly string s_prompts = Path.Combine(
        ProjectFolder.Golden, "11-checkpoints", "teacher_promptsrc", "VLPromptLearner", "model-best.pth.tar");

    private static readonly string[] s_arguments =
    [
        "interpret", "--prompts", s_prompts, "--clip", DistilledRun.TeacherFolder, "--nearest", "2",
        "--vocab", Path.Combine(DistilledRun.TeacherFolder, "merges.txt"),
    ];

    [Fact]
    public void Prints_a_line_for_each_token()
    {
        CliResult result = CliProgram.Run(s_arguments).Succeeds();

        Assert.Equal(
            ["1", "2", "3", "4", "layer 2, 1", "layer 2, 2", "layer 2, 3", "layer 2, 4"],
            result.OutputLines.Select(line => line.Split('\t')[0]));
        Assert.All(result.OutputLines, line => Assert.Matches(@"^(layer 2, )?\d\t\S+ \d+\.\d{4}\t\S+ \d+\.\d{4}$", line));
    }

    [Fact]
    public void Prints_an_object_for_each_token()
    {
        CliResult result = CliProgram.Run([.. s_arguments, "--json"]).Succeeds();

        Assert.All(result.OutputLines, line => Assert.StartsWith("{\"position\":", line, StringComparison.Ordinal));
        Assert.Equal(
            [0, 0, 0, 0, 1, 1, 1, 1],
            result.OutputLines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("layer").GetInt32()));
    }

    [Fact]
    public void Refuses_a_file_without_learned_text_tokens() => Assert.Contains(
        "no learned text tokens",
        CliProgram.Run(
            "interpret",
            "--prompts", Path.Combine(DistilledRun.StudentFolder, "open_clip_model.safetensors"),
            "--clip", DistilledRun.StudentFolder).Mistake(),
        StringComparison.Ordinal);
}
