using System.Globalization;
using System.Text;

namespace PromptKD.Text.Cleaning;

/// <summary>What Python takes for blanks and for lower case, where .NET takes something else.</summary>
internal static class PythonText
{
    private const int CapitalSigma = 'Σ';
    private const int CapitalDottedI = 'İ';

    /// <summary>Python counts the separators U+001C to U+001F as blanks, .NET does not.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\u001c' and <= '\u001f';

    /// <summary>Makes one blank of every run of blanks, and none at either end.</summary>
    public static string CollapseSpace(string text)
    {
        var result = new StringBuilder(text.Length);
        bool pending = false;
        foreach (char c in text)
        {
            if (IsSpace(c))
            {
                pending = result.Length > 0;
                continue;
            }

            if (pending)
            {
                result.Append(' ');
                pending = false;
            }

            result.Append(c);
        }

        return result.ToString();
    }

    /// <summary>
    /// Full lower case: İ becomes two characters, Σ at the end of a word becomes ς (Unicode Standard, table 3-17).
    /// </summary>
    public static string ToLower(string text)
    {
        Rune[] runes = [.. text.EnumerateRunes()];
        var result = new StringBuilder(text.Length);
        for (int index = 0; index < runes.Length; index++)
        {
            _ = runes[index].Value switch
            {
                CapitalDottedI => result.Append("i\u0307"),
                CapitalSigma => result.Append(EndsWord(runes, index) ? 'ς' : 'σ'),
                _ => result.Append(Rune.ToLowerInvariant(runes[index]).ToString()),
            };
        }

        return result.ToString();
    }

    private static bool EndsWord(Rune[] runes, int index) =>
        runes.Take(index).Reverse().SkipWhile(IsCaseIgnorable).Take(1).Any(IsCased)
        && !runes.Skip(index + 1).SkipWhile(IsCaseIgnorable).Take(1).Any(IsCased);

    /// <summary>Unicode property Cased, of characters that are not case-ignorable.</summary>
    private static bool IsCased(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter => true,
        _ => rune.Value is 'ª' or 'º'
            or (>= 0x2160 and <= 0x217F) // Roman numerals
            or (>= 0x24B6 and <= 0x24E9) // circled letters
            or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189),
    };

    /// <summary>Unicode property Case_Ignorable: marks, modifiers, format characters, points within words.</summary>
    private static bool IsCaseIgnorable(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol => true,
        _ => rune.IsBmp && "'.:·\u0387\u055f\u05f4\u2018\u2019\u2024\u2027\ufe13\ufe52\ufe55\uff07\uff0e\uff1a"
            .Contains((char)rune.Value, StringComparison.Ordinal),
    };
}
