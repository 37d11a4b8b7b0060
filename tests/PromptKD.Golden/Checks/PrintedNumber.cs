namespace PromptKD.Golden.Checks;

/// <summary>How far a number may lie from its printed form: half a unit of the last digit, and some noise.</summary>
internal static class PrintedNumber
{
    // A value on the border between two printed forms may fall on either side.
    private const double Noise = 1.001;

    /// <param name="decimals">Digits behind the point.</param>
    public static double HalfOfDecimal(int decimals) => Noise * 0.5 * Math.Pow(10, -decimals);

    /// <param name="printed">The printed number.</param>
    /// <param name="digits">Significant digits that it was printed with.</param>
    public static double HalfOfSignificant(double printed, int digits) => printed == 0
        ? HalfOfDecimal(digits)
        : HalfOfDecimal(digits - 1 - (int)Math.Floor(Math.Log10(Math.Abs(printed))));
}
