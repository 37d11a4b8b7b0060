using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using PromptKD.Dassl;
using PromptKD.Evaluation;

namespace PromptKD.Golden.Checks;

/// <summary>What Dassl's script finds in logs (golden 10): the value of each seed, their mean and deviation.</summary>
internal static partial class LogComparison
{
    /// <summary>
    /// Compares every call of the script that succeeded. PromptSRC's own copy waits for a line that no program prints,
    /// and finds nothing but in test logs.
    /// </summary>
    public static IEnumerable<Comparison> Of(JsonElement expected)
    {
        if (!expected.TryGetProperty("parse_test_res", out JsonElement section))
        {
            return [];
        }

        var logs = section.GetProperty("logs").EnumerateObject()
            .ToDictionary(log => log.Name, log => log.Value.GetString()!.Split('\n'));
        return section.GetProperty("runs").EnumerateArray()
            .Where(run => run.GetProperty("returncode").GetInt32() == 0)
            .SelectMany(run => Compare(run, logs));
    }

    private static IEnumerable<Comparison> Compare(JsonElement run, Dictionary<string, string[]> logs)
    {
        string[] arguments = [.. run.GetProperty("args").EnumerateArray().Select(argument => argument.GetString()!)];
        int keyword = Array.IndexOf(arguments, "--keyword");
        string metric = keyword < 0 ? "accuracy" : arguments[keyword + 1];
        string output = run.GetProperty("stdout").GetString()!;
        string name = $"{run.GetProperty("script").GetString()} {string.Join(' ', arguments)}".TrimEnd();
        var found = new List<double>();
        foreach (Match seed in SeedLine().Matches(output))
        {
            string log = logs.Keys.Single(path => seed.Groups["file"].Value.EndsWith(path, StringComparison.Ordinal));
            double? value = DasslResults.LastResult(logs[log], metric, arguments.Contains("--test-log"));
            found.Add(value ?? double.NaN);
            yield return ComparePrinted($"{name}: {log}", value ?? double.NaN, seed.Groups["value"].Value);
        }

        var statistics = new SeedStatistics(found);
        foreach (Match summary in SummaryLine().Matches(output))
        {
            double spread = arguments.Contains("--ci95") ? statistics.HalfWidth95 : statistics.StandardDeviation;
            yield return ComparePrinted($"{name}: mean", statistics.Mean, summary.Groups["mean"].Value);
            yield return ComparePrinted($"{name}: spread", spread, summary.Groups["spread"].Value);
        }
    }

    private static Comparison ComparePrinted(string name, double actual, string printed) => Comparison.Of(
        name,
        actual,
        double.Parse(printed, CultureInfo.InvariantCulture),
        PrintedNumber.HalfOfDecimal(printed.Length - 1 - printed.IndexOf('.')));

    [GeneratedRegex(@"^file: (?<file>\S+)\. \w+: (?<value>[0-9.]+)%", RegexOptions.Multiline)]
    private static partial Regex SeedLine();

    [GeneratedRegex(@"^\* (average )?\w+: (?<mean>[0-9.]+)% \+- (?<spread>[0-9.]+)%", RegexOptions.Multiline)]
    private static partial Regex SummaryLine();
}
