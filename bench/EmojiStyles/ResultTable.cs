using System.Globalization;
using System.Text;

namespace EmojiStyles;

/// <summary>The tables of <c>results.md</c>, one a target.</summary>
internal static class ResultTable
{
    // Row, the runs it is read from, and the model in them. Zero-shot numbers are those of a run's teacher.
    private static readonly (string Row, string[] Methods, string Model)[] s_rows =
    [
        ("student, zero-shot", ["student"], "teacher"),
        ("teacher, zero-shot", ["paper", "best"], "teacher"),
        ("recipe paper", ["paper"], "student"),
        ("recipe fast", ["fast"], "student"),
        ("recipe best", ["best"], "student"),
        ("teacher, taught by PromptSRC", ["paper-taught", "best-taught"], "teacher"),
        ("recipe paper, taught teacher", ["paper-taught"], "student"),
        ("recipe best, taught teacher", ["best-taught"], "student"),
        ("recipe best, both teachers", ["two-teachers"], "student"),
    ];

    /// <summary>Markdown.</summary>
    public static string Write(IReadOnlyList<RunResult> runs)
    {
        var text = new StringBuilder();
        foreach (IGrouping<string, RunResult> target in runs.GroupBy(run => run.Target))
        {
            text.Append(CultureInfo.InvariantCulture, $"### {target.Key}\n\n")
                .Append("| | base | novel | harmonic mean | worst | gap closed | all classes | worst | gap closed | processor seconds | runs |\n")
                .Append("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
            foreach (string row in Rows([.. target]))
            {
                text.Append(row).Append('\n');
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private static IEnumerable<string> Rows(IReadOnlyList<RunResult> runs)
    {
        Scores? low = Mean(ScoresOf(runs, ["student"], "teacher"));
        Scores? high = Mean(ScoresOf(runs, ["paper", "best"], "teacher"));
        foreach ((string row, string[] methods, string model) in s_rows)
        {
            Scores[] scores = ScoresOf(runs, methods, model);
            if (scores.Length > 0)
            {
                double[] means = [.. scores.Select(score => score.HarmonicMean)];
                double[] alls = [.. scores.Select(score => score.All)];
                string seconds = model == "student"
                    ? Number(runs.Where(run => methods.Contains(run.Method)).Average(run => run.ProcessorSeconds), "0")
                    : "";
                yield return $"| {row} | {Spread([.. scores.Select(score => score.Base)])} "
                    + $"| {Spread([.. scores.Select(score => score.Novel)])} "
                    + $"| {Spread(means)} | {Number(means.Min())} | {Closed(means, low?.HarmonicMean, high?.HarmonicMean)} "
                    + $"| {Spread(alls)} | {Number(alls.Min())} | {Closed(alls, low?.All, high?.All)} | {seconds} | {scores.Length} |";
            }
        }
    }

    // Where several methods have a row's model, the first that has runs is read.
    private static Scores[] ScoresOf(IReadOnlyList<RunResult> runs, string[] methods, string model) => methods
        .Select(method => runs.Where(run => run.Method == method && run.Models.ContainsKey(model))
            .Select(run => run.Models[model])
            .ToArray())
        .FirstOrDefault(found => found.Length > 0) ?? [];

    private static Scores? Mean(Scores[] scores) => scores.Length == 0 ? null : new Scores(
        scores.Average(score => score.Base),
        scores.Average(score => score.Novel),
        scores.Average(score => score.HarmonicMean),
        scores.Average(score => score.All));

    /// <summary>The share of the way from the student to the teacher, percent.</summary>
    internal static string Closed(double[] values, double? low, double? high) =>
        low is { } from && high is { } to && to > from ? $"{Number(100 * (values.Average() - from) / (to - from), "0")} %" : "";

    /// <summary>Mean ± sample deviation.</summary>
    internal static string Spread(double[] values)
    {
        double mean = values.Average();
        double squares = values.Sum(value => (value - mean) * (value - mean));
        return values.Length == 1 ? Number(mean) : $"{Number(mean)} ± {Number(Math.Sqrt(squares / (values.Length - 1)))}";
    }

    private static string Number(double value, string format = "0.0") => value.ToString(format, CultureInfo.InvariantCulture);
}
