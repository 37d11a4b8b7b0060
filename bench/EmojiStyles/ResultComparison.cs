using System.Globalization;
using System.Text;

namespace EmojiStyles;

/// <summary>
/// What the tables of <see cref="ResultTable"/> cannot show: recipes beside each other on the same splits and seeds.
/// </summary>
internal static class ResultComparison
{
    private static readonly (string Better, string Than)[] s_pairs =
    [
        ("fast", "paper"), ("best", "paper"), ("best", "fast"), ("fast-30", "fast"), ("fast-30", "paper"),
        ("best", "best-before"), ("best-before", "paper"), ("best-fitted", "best"), ("best-fitted", "paper"),
        ("fast-fitted", "fast"), ("fast-fitted", "paper"), ("fast-fitted", "best"), ("paper-taught", "paper"),
        ("best-taught", "best"), ("best-taught", "paper-taught"), ("two-teachers", "best"),
        ("two-teachers", "best-taught"),
    ];

    private static readonly string[] s_methods =
    [
        "paper", "fast", "fast-30", "fast-fitted", "best", "best-before", "best-fitted", "paper-taught", "best-taught",
        "two-teachers",
    ];

    /// <summary>Markdown: paired differences, and each seed's mean over its splits.</summary>
    public static string Write(IReadOnlyList<RunResult> runs)
    {
        var text = new StringBuilder();
        foreach (IGrouping<string, RunResult> target in runs.GroupBy(run => run.Target))
        {
            text.Append(CultureInfo.InvariantCulture, $"### {target.Key}, paired\n\n")
                .Append("| | harmonic mean | all classes | runs in which it is above, harmonic mean | all classes | pairs |\n")
                .Append("| --- | --- | --- | --- | --- | --- |\n")
                .AppendJoin("", s_pairs.Select(pair => Differences([.. target], pair.Better, pair.Than)))
                .Append(CultureInfo.InvariantCulture, $"\n### {target.Key}, mean over splits of each seed\n\n")
                .Append("| | seed | harmonic mean | all classes | splits |\n| --- | --- | --- | --- | --- |\n")
                .AppendJoin("", s_methods.SelectMany(method => Seeds([.. target], method)))
                .Append('\n');
        }

        return text.ToString();
    }

    private static string Differences(IReadOnlyList<RunResult> runs, string better, string than)
    {
        (Scores First, Scores Second)[] pairs =
        [
            .. from one in Of(runs, better)
               join other in Of(runs, than) on (one.Split, one.Seed) equals (other.Split, other.Seed)
               select (one.Models["student"], other.Models["student"]),
        ];
        if (pairs.Length < 2)
        {
            return "";
        }

        double[] means = [.. pairs.Select(pair => pair.First.HarmonicMean - pair.Second.HarmonicMean)];
        double[] alls = [.. pairs.Select(pair => pair.First.All - pair.Second.All)];
        return $"| `{better}` − `{than}` | {Error(means)} | {Error(alls)} | {means.Count(one => one > 0)} "
            + $"| {alls.Count(one => one > 0)} | {pairs.Length} |\n";
    }

    private static IEnumerable<string> Seeds(IReadOnlyList<RunResult> runs, string method) => Of(runs, method)
        .GroupBy(run => run.Seed)
        .Select(seed => string.Create(
            CultureInfo.InvariantCulture,
            $"| {method} | {seed.Key["seed-".Length..]} | {seed.Average(run => run.Models["student"].HarmonicMean):0.0} "
            + $"| {seed.Average(run => run.Models["student"].All):0.0} | {seed.Count()} |\n"));

    private static IEnumerable<RunResult> Of(IReadOnlyList<RunResult> runs, string method) =>
        runs.Where(run => run.Method == method && run.Models.ContainsKey("student"));

    /// <summary>Mean ± its standard error.</summary>
    private static string Error(double[] values)
    {
        double mean = values.Average();
        double squares = values.Sum(value => (value - mean) * (value - mean));
        double error = Math.Sqrt(squares / (values.Length - 1) / values.Length);
        return string.Create(CultureInfo.InvariantCulture, $"{mean:0.0} ± {error:0.0}");
    }
}
