using EmojiStyles;

namespace PromptKD.Tests.Bench.EmojiStyles;

public sealed class ResultComparisonTests
{
    private static readonly RunResult[] s_runs =
    [
        Run("split-0", "seed-1", "paper", 20, 10), Run("split-0", "seed-1", "fast", 23, 9),
        Run("split-1", "seed-1", "paper", 30, 12), Run("split-1", "seed-1", "fast", 31, 14),
        Run("split-1", "seed-2", "paper", 40, 16), Run("split-2", "seed-1", "fast", 90, 90),
    ];

    private static readonly string[] s_lines = ResultComparison.Write(s_runs).Split('\n');

    // Differences 3 and 1: mean 2, deviation √2, standard error 1. And −1 and 2: mean 0.5, deviation 3/√2, error 1.5.
    [Fact]
    public void Only_runs_of_the_same_split_and_seed_are_compared() =>
        Assert.Contains("| `fast` − `paper` | 2.0 ± 1.0 | 0.5 ± 1.5 | 2 | 1 | 2 |", s_lines);

    [Fact]
    public void A_pair_that_was_not_run_has_no_row() =>
        Assert.DoesNotContain(s_lines, line => line.StartsWith("| `best`", StringComparison.Ordinal));

    [Fact]
    public void Each_seed_has_its_mean_over_splits()
    {
        Assert.Contains("| paper | 1 | 25.0 | 11.0 | 2 |", s_lines);
        Assert.Contains("| paper | 2 | 40.0 | 16.0 | 1 |", s_lines);
    }

    [Fact]
    public void A_curve_is_the_mean_of_the_runs_that_have_the_epoch()
    {
        string[] first =
        [
            """{"kind":"heldOut","model":"untrained","agreement":0.9}""",
            """{"kind":"heldOut","model":"student","epoch":0,"agreement":0.1}""",
            """{"kind":"epoch","epoch":1,"loss":1.5}""",
            """{"kind":"heldOut","model":"student","epoch":1,"agreement":0.25}""",
        ];
        string[] second = ["""{"kind":"heldOut","model":"student","epoch":1,"agreement":0.75}"""];

        Assert.Equal([(0, 10.0), (1, 50.0)], ResultCurves.MeanOf([first, second]));
    }

    private static RunResult Run(string split, string seed, string method, double mean, double all) => new(
        "style",
        split,
        seed,
        method,
        new Dictionary<string, Scores> { ["student"] = new(0, 0, mean, all) },
        Seconds: 5,
        ProcessorSeconds: 9);
}
