using System.Text;

namespace PromptKD.Text.Cleaning;

/// <summary>
/// Unicode's normalization form C: "e" and a combining acute become "é". Follows Unicode Standard Annex 15.
/// </summary>
internal static class CanonicalComposition
{
    /// <summary>No character below this one takes part in a composition as a mark.</summary>
    private const char FirstMark = '\u0300';

    // The Unicode Standard, section 3.12: Korean syllables are composed by arithmetic.
    private const int FirstSyllable = 0xAC00;
    private const int FirstLead = 0x1100;
    private const int FirstVowel = 0x1161;
    private const int FirstTail = 0x11A7;
    private const int Leads = 19;
    private const int Vowels = 21;
    private const int Tails = 28;

    /// <summary>Composes well-formed text (no halves of surrogate pairs).</summary>
    public static string Compose(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange('\0', (char)(FirstMark - 1)))
        {
            return text;
        }

        var codes = new List<int>(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, codes);
        }

        OrderMarks(codes);
        Recompose(codes);
        var result = new StringBuilder(text.Length);
        foreach (int code in codes)
        {
            result.Append(new Rune(code).ToString());
        }

        return result.ToString();
    }

    private static void Decompose(int code, List<int> codes)
    {
        int syllable = code - FirstSyllable;
        if (syllable is >= 0 and < Leads * Vowels * Tails)
        {
            codes.Add(FirstLead + (syllable / (Vowels * Tails)));
            codes.Add(FirstVowel + (syllable / Tails % Vowels));
            if (syllable % Tails > 0)
            {
                codes.Add(FirstTail + (syllable % Tails));
            }
        }
        else if (UnicodeTable.PartsOf(code) is { } parts)
        {
            foreach (int part in parts)
            {
                Decompose(part, codes);
            }
        }
        else
        {
            codes.Add(code);
        }
    }

    /// <summary>Sorts each run of marks by combining class; equal ones keep their order.</summary>
    private static void OrderMarks(List<int> codes)
    {
        for (int index = 1; index < codes.Count; index++)
        {
            int code = codes[index];
            int order = UnicodeTable.CombiningClassOf(code);
            int place = index;
            while (order > 0 && place > 0 && UnicodeTable.CombiningClassOf(codes[place - 1]) > order)
            {
                codes[place] = codes[place - 1];
                place--;
            }

            codes[place] = code;
        }
    }

    /// <summary>Joins each starter with the marks behind it, unless one of the same class stands between.</summary>
    private static void Recompose(List<int> codes)
    {
        int written = 0;
        int starter = -1;
        int lastClass = 0;
        foreach (int code in codes.ToArray())
        {
            int order = UnicodeTable.CombiningClassOf(code);
            bool adjacent = written == starter + 1;
            if (starter >= 0 && (adjacent || lastClass < order) && Join(codes[starter], code) is { } joined)
            {
                codes[starter] = joined;
                continue;
            }

            if (order == 0)
            {
                starter = written;
            }

            lastClass = order;
            codes[written++] = code;
        }

        codes.RemoveRange(written, codes.Count - written);
    }

    private static int? Join(int first, int second)
    {
        int lead = first - FirstLead;
        int vowel = second - FirstVowel;
        if (lead is >= 0 and < Leads && vowel is >= 0 and < Vowels)
        {
            return FirstSyllable + (((lead * Vowels) + vowel) * Tails);
        }

        int syllable = first - FirstSyllable;
        int tail = second - FirstTail;
        bool isOpen = syllable is >= 0 and < Leads * Vowels * Tails && syllable % Tails == 0;
        return isOpen && tail is > 0 and < Tails ? first + tail : UnicodeTable.CompositionOf(first, second);
    }
}
