using PromptKD.Dassl;

namespace PromptKD.Tests.Dassl;

public sealed class DasslResultsTests
{
    private static readonly string[] s_log =
    [
        "* accuracy: 90.0%", "Finish training", "Evaluate on the *test* set", "=> result", "* accuracy: 12.5%",
        "* macro_f1: 11.0%", "  accuracy 99.9 %",
    ];

    [Fact]
    public void Takes_the_last_result_behind_the_end_of_training()
    {
        Assert.Equal(12.5, DasslResults.LastResult(s_log));
        Assert.Equal(11.0, DasslResults.LastResult(s_log, "macro_f1"));
    }

    [Fact]
    public void Finds_nothing_in_a_log_whose_training_has_not_ended() =>
        Assert.Null(DasslResults.LastResult(s_log.Take(1)));

    [Fact]
    public void Takes_the_result_of_a_log_without_training() =>
        Assert.Equal(33.3, DasslResults.LastResult(["=> result", "* accuracy: 33.3%"], isTestLog: true));

    [Fact]
    public void Takes_no_other_metric() => Assert.Null(DasslResults.LastResult(s_log, "error"));
}
