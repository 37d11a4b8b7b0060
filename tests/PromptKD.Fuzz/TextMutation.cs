using System.Text;
using System.Text.RegularExpressions;

namespace PromptKD.Fuzz;

/// <summary>
/// Changes texts: numbers become others, words and lines move, and what means something somewhere is put in.
/// </summary>
internal static partial class TextMutation
{
    private static readonly string[] s_numbers =
    [
        "0", "-1", "1", "2147483647", "-2147483648", "4294967296", "9223372036854775807", "99999999999999999999",
        "1e999",
        "-1e-999", "NaN", "Infinity", "0x10", "1_000", "1.5", "", "١",
    ];

    private static readonly string[] s_words =
    [
        "null", "None", "true", "[]", "{}", "[[", "}}", "\"", "'", "\\", "\\ud800", "\\u0000", "\0", "\r", "\n", "\t",
        "\uFEFF",
        "\u2028", "\u202E", "\x1b[2J", "&a [*a, *a]", "*a", "<<: *a", "!!binary x", "? ", ": ", "- ", "# ", "---\n",
        "...",
        "../../x", "/etc/passwd", ",", ";", "=1+1", "<b>", "&amp;", "&#x110000;", "Ã©", "日本", "😀", "{}{}", "%s", " ",
    ];

    /// <summary>Some changes, one after the other.</summary>
    public static byte[] Apply(Random random, byte[] whole)
    {
        string text = Encoding.UTF8.GetString(whole);
        for (int round = random.Next(1, 5); round > 0; round--)
        {
            text = Once(random, text);
        }

        return Encoding.UTF8.GetBytes(text);
    }

    private static string Once(Random random, string text)
    {
        int place = random.Next(text.Length + 1);
        switch (random.Next(7))
        {
            case 0:
            case 1: return ReplaceOne(random, text, Number(), s_numbers);
            case 2: return ReplaceOne(random, text, Word(), s_words);
            case 3: return text.Insert(place, s_words[random.Next(s_words.Length)]);
            case 4:
                string word = s_words[random.Next(s_words.Length)];
                return text.Insert(place, string.Concat(Enumerable.Repeat(word, 1 << random.Next(15))));
            case 5:
                string[] lines = text.Split('\n');
                lines[random.Next(lines.Length)] = lines[random.Next(lines.Length)];
                return string.Join('\n', lines);
            default:
                int length = Math.Min(text.Length - place, 1 << random.Next(10));
                return text.Remove(place, length);
        }
    }

    private static string ReplaceOne(Random random, string text, Regex pattern, string[] by)
    {
        MatchCollection matches = pattern.Matches(text);
        if (matches.Count == 0)
        {
            return text;
        }

        Match match = matches[random.Next(matches.Count)];
        return $"{text.AsSpan(0, match.Index)}{by[random.Next(by.Length)]}{text.AsSpan(match.Index + match.Length)}";
    }

    [GeneratedRegex("-?[0-9]+")]
    private static partial Regex Number();

    [GeneratedRegex("[A-Za-z_]+")]
    private static partial Regex Word();
}
