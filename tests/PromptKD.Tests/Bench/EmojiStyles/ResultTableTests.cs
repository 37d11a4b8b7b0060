using EmojiStyles;

namespace PromptKD.Tests.Bench.EmojiStyles;

public sealed class ResultTableTests
{
    [Fact]
    public void The_last_validation_of_a_model_counts()
    {
        IReadOnlyDictionary<string, Scores> models = RunResult.ScoresOf(
        [
            """{"kind":"validation","model":"teacher","accuracy":20,"base":30,"novel":50,"harmonicMean":37.5}""",
            """{"kind":"epoch","epoch":1,"loss":1.5}""",
            """{"kind":"validation","model":"student","epoch":1,"accuracy":5,"base":10,"novel":10,"harmonicMean":10}""",
            """{"kind":"validation","model":"student","epoch":2,"accuracy":8,"base":20,"novel":30,"harmonicMean":24}""",
        ]);

        Assert.Equal(new Scores(30, 50, 37.5, 20), models["teacher"]);
        Assert.Equal(new Scores(20, 30, 24, 8), models["student"]);
    }

    [Fact]
    public void A_method_that_learns_from_labels_is_measured_as_it_was_taught()
    {
        IReadOnlyDictionary<string, Scores> models = RunResult.ScoresOfTeacher("""
            {"zeroShot":{"all":5,"base":6,"novel":6,"harmonicMean":6},"taught":{"all":8,"base":20,"novel":30,"harmonicMean":24}}
            """);
        string[] rows =
            ResultTable.Write([Run("coop", "seed-1", [.. models.Select(one => (one.Key, one.Value.All))])]).Split('\n');

        Assert.Equal(new Scores(20, 30, 24, 8), models[RunResult.Taught]);
        Assert.Contains("| student, CoOp | 8.0 | 8.0 | 8.0 | 8.0 |  | 8.0 | 8.0 |  | 9 | 1 |", rows);
    }

    [Fact]
    public void A_row_has_mean_deviation_worst_and_the_share_of_the_gap()
    {
        RunResult[] runs =
        [
            Run("paper", "seed-1", ("untrained", 10), Teacher(30), Student(22)),
            Run("paper", "seed-2", ("untrained", 10), Teacher(30), Student(26)),
        ];

        string[] rows = ResultTable.Write(runs).Split('\n');

        // Mean 24, deviation √((2² + 2²) / 1) = 2.8; from 10 to 30, 24 is 70 % of the way.
        Assert.Contains(
            "| recipe paper | 24.0 ± 2.8 | 24.0 ± 2.8 | 24.0 ± 2.8 | 22.0 | 70 % | 24.0 ± 2.8 | 22.0 | 70 % | 9 | 2 |",
            rows);
        Assert.Contains("| student, zero-shot | 10.0 | 10.0 | 10.0 | 10.0 | 0 % | 10.0 | 10.0 | 0 % |  | 1 |", rows);
        Assert.Contains("### style", rows);
    }

    private static (string Model, double Score) Teacher(double score) => ("teacher", score);

    private static (string Model, double Score) Student(double score) => ("student", score);

    private static RunResult Run(string method, string seed, params (string Model, double Score)[] models) => new(
        "style",
        "split-0",
        seed,
        method,
        models.ToDictionary(one => one.Model, one => new Scores(one.Score, one.Score, one.Score, one.Score)),
        Seconds: 5,
        ProcessorSeconds: 9);
}
