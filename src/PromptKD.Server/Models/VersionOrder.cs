using System.Globalization;

namespace PromptKD.Server.Models;

/// <summary>
/// Which version is newer: the larger number, part by part; among words, the later one in the alphabet.
/// </summary>
internal sealed class VersionOrder : IComparer<string>
{
    /// <summary>The only one.</summary>
    public static VersionOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        string[] left = (x ?? "").Split('.'), right = (y ?? "").Split('.');
        for (int part = 0; part < Math.Min(left.Length, right.Length); part++)
        {
            bool areNumbers = IsNumber(left[part], out long one) & IsNumber(right[part], out long other);
            int order = areNumbers ? one.CompareTo(other) : string.CompareOrdinal(left[part], right[part]);
            if (order != 0)
            {
                return order;
            }
        }

        return left.Length.CompareTo(right.Length);
    }

    private static bool IsNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
