using System.Globalization;
using System.Text.RegularExpressions;

namespace PromptKD.Cli.Commands;

/// <summary>A time as people write it: <c>4ms</c>, <c>30s</c>, <c>2m</c>.</summary>
internal static partial class DurationText
{
    /// <summary>Reads one.</summary>
    /// <param name="option">Whose value it is, for the message.</param>
    /// <param name="text">A whole number and a unit.</param>
    /// <exception cref="PromptKDException">It is none.</exception>
    public static TimeSpan Parse(string option, string text)
    {
        Match match = Pattern().Match(text);
        return !match.Success
            ? throw new PromptKDException(
                $"{option} is '{text}', expected a whole number and its unit: 4ms, 30s or 2m.")
            : TimeSpan.FromMilliseconds(
                long.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture)
                * match.Groups["unit"].Value switch
                {
                    "ms" => 1L,
                    "s" => 1_000L,
                    _ => 60_000L,
                });
    }

    [GeneratedRegex(@"^(?<number>[0-9]{1,9})(?<unit>ms|s|m)\z")]
    private static partial Regex Pattern();
}
