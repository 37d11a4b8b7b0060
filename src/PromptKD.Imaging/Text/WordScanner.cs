using System.Globalization;
using System.Text;

namespace PromptKD.Text;

/// <summary>
/// Cuts cleaned text into the pieces that are encoded on their own: markers, English contractions, runs of letters,
/// single digits, runs of anything else. By hand, because pieces are then spans that need no memory of their own.
/// </summary>
internal static class WordScanner
{
    // Tried in this order. CLIP's pattern ignores case: the text is in lower case already, and a long s (ſ) is an s.
    private static readonly string[] s_fixed =
        ["<|startoftext|>", "<|endoftext|>", "'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    /// <summary>Takes the next piece from the start of the text.</summary>
    /// <param name="rest">The text; afterwards, what follows the piece.</param>
    /// <param name="word">The piece; empty at the end of the text.</param>
    /// <returns>Whether there was one.</returns>
    public static bool Next(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> word)
    {
        rest = rest.TrimStart(' ');
        int length = rest.IsEmpty ? 0 : FirstLength(rest);
        word = rest[..length];
        rest = rest[length..];
        return length > 0;
    }

    private static int FirstLength(ReadOnlySpan<char> text)
    {
        if (text[0] is '\'' or '<')
        {
            foreach (string word in s_fixed)
            {
                if (StartsWith(text, word))
                {
                    return word.Length;
                }
            }
        }

        Kind kind = KindAt(text, out int length);
        while (kind != Kind.Number && length < text.Length && KindAt(text[length..], out int next) == kind)
        {
            length += next;
        }

        return length;
    }

    private static bool StartsWith(ReadOnlySpan<char> text, string word)
    {
        if (text.Length < word.Length)
        {
            return false;
        }

        for (int index = 0; index < word.Length; index++)
        {
            char c = text[index] == 'ſ' ? 's' : text[index];
            if (c != word[index])
            {
                return false;
            }
        }

        return true;
    }

    private static Kind KindAt(ReadOnlySpan<char> text, out int length)
    {
        char first = text[0];
        length = 1;
        if (char.IsAscii(first))
        {
            return char.IsAsciiLetter(first) ? Kind.Letter
                : char.IsAsciiDigit(first) ? Kind.Number
                : first == ' ' ? Kind.Space
                : Kind.Other;
        }

        Rune.DecodeFromUtf16(text, out Rune rune, out length);
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber =>
                Kind.Number,
            _ => Kind.Other,
        };
    }

    private enum Kind
    {
        Space,
        Letter,
        Number,
        Other,
    }
}
