using System.Globalization;

namespace PromptKD.Runtime;

/// <summary>Writes a number of things as people do: "1 epoch", "20 epochs", "2 classes".</summary>
internal static class Counted
{
    /// <summary>A number and its noun.</summary>
    /// <param name="count">How many.</param>
    /// <param name="one">The noun of one thing.</param>
    /// <param name="many">The noun of several; null to add an s.</param>
    public static string Of(long count, string one, string? many = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many ?? $"{one}s")}");
}
