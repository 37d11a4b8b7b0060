using System.Globalization;
using System.Text;

namespace EmojiStyles;

/// <summary>The tables of <c>results.md</c>, one a target.</summary>
internal static class ResultTable
{
    private const string Untrained = "untrained";

    // Each measures both CLIPs before it distils.
    private static readonly string[] s_any = ["paper", "fast", "best", "best-before"];

    // Row, the runs it is read from, and the model in them.
    private static readonly (string Row, string[] Methods, string Model)[] s_rows =
    [
        ("student, zero-shot", s_any, Untrained),
        ("teacher, zero-shot", s_any, "teacher"),
        ("recipe paper", ["paper"], "student"),
        ("recipe fast", ["fast"], "student"),
        ("… 30 passes in place of 100", ["fast-30"], "student"),
        ("… the weights averaged", ["fast-average"], "student"),
        ("… from a ridge regression", ["fast-ridge"], "student"),
        ("… the same, boxes from 0.85 of a picture on, the teacher calibrated", ["fast-fitted"], "student"),
        ("… the teacher calibrated", ["fast-calibrated"], "student"),
        ("… rates by width", ["fast-width"], "student"),
        ("… noise on features", ["fast-noise"], "student"),
        ("… the mean of all views as target", ["fast-all-views"], "student"),
        ("… the classes balanced", ["fast-balance"], "student"),
        ("… boxes from 0.08 of a picture on", ["fast-boxes"], "student"),
        ("… three sentences", ["fast-sentences"], "student"),
        ("… 20 views", ["fast-20-views"], "student"),
        ("… a tenth of the weight", ["fast-weight"], "student"),
        ("recipe best", ["best"], "student"),
        ("… 5 views, the teacher as it is", ["best-before"], "student"),
        ("… the teacher as it is", ["best-as-sure"], "student"),
        ("… 20 views", ["best-20-views"], "student"),
        ("… the mean of all views as target", ["best-all-views"], "student"),
        ("… from a ridge regression", ["best-ridge"], "student"),
        ("… a ridge regression first, boxes from 0.85 of a picture on", ["best-fitted"], "student"),
        ("… the weights averaged", ["best-average"], "student"),
        ("… 40 epochs", ["best-long"], "student"),
        ("… rates of 3e-4", ["best-slow"], "student"),
        ("… rates of 1e-4", ["best-slower"], "student"),
        ("student, CoOp", ["coop"], RunResult.Taught),
        ("student, CoCoOp", ["cocoop"], RunResult.Taught),
        ("student, MaPLe", ["maple"], RunResult.Taught),
        ("student, IVLP", ["ivlp"], RunResult.Taught),
        ("student, PromptSRC", ["promptsrc"], RunResult.Taught),
        ("teacher, PromptSRC", ["taught"], RunResult.Taught),
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
                .Append("| | base | novel | harmonic mean | worst | gap closed | all classes | worst | gap closed ")
                .Append("| processor seconds | runs |\n")
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
        ILookup<string, Scores> low = Measured(runs, s_any, Untrained)
            .ToLookup(one => one.Run.Split, one => one.Scores);
        ILookup<string, Scores> high = Measured(runs, s_any, "teacher")
            .ToLookup(one => one.Run.Split, one => one.Scores);
        foreach ((string row, string[] methods, string model) in s_rows)
        {
            (RunResult Run, Scores Scores)[] measured = Measured(runs, methods, model);

            // What is not trained has no seed.
            measured = methods == s_any ? [.. measured.DistinctBy(one => one.Run.Split)] : measured;
            if (measured.Length > 0)
            {
                string seconds = model is "student" or RunResult.Taught
                    ? Number(measured.Average(one => one.Run.ProcessorSeconds), "0")
                    : "";
                yield return $"| {row} | {Spread(measured, score => score.Base)} | {Spread(measured, score => score.Novel)} "
                    + $"| {Cells(measured, score => score.HarmonicMean)} | {Cells(measured, score => score.All)} "
                    + $"| {seconds} | {measured.Length} |";
            }
        }

        string Cells((RunResult Run, Scores Scores)[] measured, Func<Scores, double> read)
        {
            double from = measured.Average(one => low[one.Run.Split].Select(read).DefaultIfEmpty(double.NaN).Average());
            double to = measured.Average(one => high[one.Run.Split].Select(read).DefaultIfEmpty(double.NaN).Average());
            return $"{Spread(measured, read)} | {Number(measured.Min(one => read(one.Scores)))} "
                + $"| {Closed(measured.Average(one => read(one.Scores)), from, to)}";
        }
    }

    // Where several methods have a row's model, each split and seed is counted once.
    private static (RunResult Run, Scores Scores)[] Measured(
        IReadOnlyList<RunResult> runs, string[] methods, string model) =>
    [
        .. runs.Where(run => methods.Contains(run.Method) && run.Models.ContainsKey(model))
            .DistinctBy(run => (run.Split, run.Seed))
            .Select(run => (run, run.Models[model])),
    ];

    private static string Spread((RunResult Run, Scores Scores)[] measured, Func<Scores, double> read) =>
        Spread([.. measured.Select(one => read(one.Scores))]);

    // The share of the way from the student to the teacher, on the splits of the row; nothing where either is not
    // measured.
    private static string Closed(double reached, double from, double to) =>
        to > from ? $"{Number(100 * (reached - from) / (to - from), "0")} %" : "";

    /// <summary>Mean ± sample deviation.</summary>
    private static string Spread(double[] values)
    {
        double mean = values.Average();
        double squares = values.Sum(value => (value - mean) * (value - mean));
        return values.Length == 1
            ? Number(mean)
            : $"{Number(mean)} ± {Number(Math.Sqrt(squares / (values.Length - 1)))}";
    }

    private static string Number(double value, string format = "0.0") =>
        value.ToString(format, CultureInfo.InvariantCulture);
}
