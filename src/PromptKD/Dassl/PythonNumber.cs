using System.Globalization;

namespace PromptKD.Dassl;

/// <summary>
/// Numbers as Python prints them. It rounds what the bits really are, and halves to even; .NET does neither.
/// </summary>
internal static class PythonNumber
{
    // Far behind the digits that are kept; a decimal holds 28.
    private const string Exact = "F24";

    /// <summary>A number as Python's <c>.Nf</c>.</summary>
    /// <param name="value">At most 9999 in size; others are printed as .NET does.</param>
    /// <param name="decimals">Digits behind the point.</param>
    public static string Fixed(double value, int decimals)
    {
        string format = $"F{decimals}";
        if (!(Math.Abs(value) < 9999))
        {
            return value.ToString(format, CultureInfo.InvariantCulture);
        }

        decimal exact = decimal.Parse(
            value.ToString(Exact, CultureInfo.InvariantCulture), NumberStyles.Number, CultureInfo.InvariantCulture);
        return decimal.Round(exact, decimals, MidpointRounding.ToEven).ToString(format, CultureInfo.InvariantCulture);
    }
}
