using PromptKD.Cli.Terminal;

namespace PromptKD.Tests.Cli.Terminal;

public sealed class ProseTests
{
    [Fact]
    public void Fills_the_window_anew_and_leaves_commands_whole()
    {
        const string Text = """

            The student learned from what the
            teacher thinks.

            Try next:
              promptkd predict --model runs/demo/student \
                --top 3 'red star'
            """;

        Assert.Equal(
            [
                "", "The student learned", "from what the", "teacher thinks.", "", "Try next:",
                "  promptkd predict --model runs/demo/student \\", "    --top 3 'red star'",
            ],
            Prose.Lines(Text, columns: 20));
        Assert.Contains("The student learned from what the teacher thinks.", Prose.Lines(Text, columns: 80));
    }

    [Fact]
    public void Breaks_the_columns_of_a_log_between_words()
    {
        const string Line = "* class: 8 (red moon)\ttotal: 7\tcorrect: 5\tacc: 71.4%";

        Assert.Equal(["* class: 8 (red", "moon)  total: 7", "correct: 5  acc:", "71.4%"], Prose.Lines(Line, columns: 17));
    }
}
