using System.Globalization;
using System.Text.RegularExpressions;

namespace PromptKD.Dassl;

/// <summary>Finds results in logs of Dassl's programs, ours among them (Dassl parse_test_res.py).</summary>
internal static partial class DasslResults
{
    /// <summary>Stands in a log where training ends; results of the last test come behind it.</summary>
    public const string EndOfTraining = "Finish training";

    private const string Result = "=> result";

    /// <summary>The last value of a metric behind the end of training.</summary>
    /// <param name="lines">Lines of a log.</param>
    /// <param name="metric">As the log spells it: accuracy, error, macro_f1.</param>
    /// <param name="isTestLog">Whether the log is of an evaluation only, which never ends a training.</param>
    /// <returns>In percent, rounded as printed; null where there is none.</returns>
    public static double? LastResult(IEnumerable<string> lines, string metric = "accuracy", bool isTestLog = false)
    {
        string start = isTestLog ? Result : EndOfTraining;
        double[] results = [.. Results(lines.SkipWhile(line => line.Trim() != start), metric)];
        return results.Length > 0 ? results[^1] : null;
    }

    /// <summary>Every value of a metric, in the order of the lines, in percent.</summary>
    public static IEnumerable<double> Results(IEnumerable<string> lines, string metric = "accuracy") => lines
        .Select(line => Metric().Match(line))
        .Where(match => match.Success && match.Groups["name"].Value == metric)
        .Select(match => Number(match.Groups["value"].ValueSpan))
        .OfType<double>();

    private static double? Number(ReadOnlySpan<char> text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
        && double.IsFinite(value)
            ? value
            : null;

    // A name of a file or class may stand within a line, never at its beginning.
    [GeneratedRegex(@"^\* (?<name>\w+): (?<value>[0-9.eE+-]+)%\s*$")]
    private static partial Regex Metric();
}
