using System.Globalization;
using System.Numerics;

namespace PromptKD.Configuration;

/// <summary>Whole numbers in the bases that Python and YAML write: 255, 0xff, 0o377, 0b11111111.</summary>
internal static class WholeNumber
{
    /// <summary>The number that already checked digits stand for.</summary>
    /// <param name="digits">A sign or none, 0x, 0o, 0b or nothing, and digits of that base.</param>
    public static BigInteger Parse(string digits)
    {
        string unsigned = digits.TrimStart('+', '-');
        BigInteger magnitude = unsigned switch
        {
            ['0', 'x' or 'X', ..] => InBase(16, unsigned[2..]),
            ['0', 'o' or 'O', ..] => InBase(8, unsigned[2..]),
            ['0', 'b' or 'B', ..] => InBase(2, unsigned[2..]),
            _ => BigInteger.Parse(unsigned, CultureInfo.InvariantCulture),
        };
        return digits[0] == '-' ? -magnitude : magnitude;
    }

    private static BigInteger InBase(int radix, string digits) =>
        digits.Aggregate(BigInteger.Zero, (number, digit) => (number * radix) + System.Convert.ToInt32($"{digit}", 16));
}
