using PromptKD.Cli.Terminal;

namespace PromptKD.Tests.Cli.Terminal;

public sealed class TextTableTests
{
    [Fact]
    public void A_narrow_window_gets_a_line_a_cell()
    {
        IEnumerable<string> lines = TextTable.Cells(
            ["", "base", "harmonic mean"], [["student", "21.7 %", "12.2 %"], ["teacher", "31.0 %", "–"]]);

        Assert.Equal(
            [
                "student", "  base           21.7 %", "  harmonic mean  12.2 %",
                "teacher", "  base           31.0 %", "  harmonic mean  –",
            ],
            lines);
    }
}
