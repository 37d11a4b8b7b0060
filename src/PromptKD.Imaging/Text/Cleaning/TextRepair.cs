using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace PromptKD.Text.Cleaning;

/// <summary>
/// Undoes common damage, as Python's ftfy 6 does with its default settings: entities, ligatures, full-width and
/// half-width forms, curly quotes, Windows-1252 punctuation among the C1 controls, halves of surrogate pairs,
/// terminal colours, control characters, composition (NFC). Left out: mojibake, and line breaks, which become blanks.
/// </summary>
internal static partial class TextRepair
{
    private const char Escape = '\u001b';

    private static readonly SearchValues<char> s_harmless = SearchValues.Create(
        [.. Enumerable.Range(' ', '~' - ' ' + 1).Select(code => (char)code).Where(c => c != '&'), '\t', '\n', '\r']);

    // Each with the letters that it joins.
    private static readonly string[] s_ligatures =
    [
        "Ĳ IJ", "ĳ ij", "ŉ 'n", "Ǆ DŽ", "ǅ Dž", "ǆ dž", "Ǉ LJ", "ǈ Lj", "ǉ lj", "Ǌ NJ", "ǋ Nj", "ǌ nj",
        "Ǳ DZ", "ǲ Dz", "ǳ dz", "ﬀ ff", "ﬁ fi", "ﬂ fl", "ﬃ ffi", "ﬄ ffl", "ﬅ ſt", "ﬆ st",
    ];

    private static readonly Dictionary<char, string> s_replacements = MakeReplacements();

    /// <summary>Repairs the text line by line.</summary>
    public static string Repair(string text)
    {
        if (!text.AsSpan().ContainsAnyExcept(s_harmless))
        {
            return text;
        }

        // ftfy takes the first '<' as a sign of HTML, and leaves entities alone from that line on.
        bool unescape = true;
        var repaired = new StringBuilder(text.Length);
        for (int start = 0; start < text.Length;)
        {
            int lineBreak = text.IndexOf('\n', start);
            int end = lineBreak < 0 ? text.Length : lineBreak + 1;
            string line = text[start..end];
            unescape &= !line.Contains('<', StringComparison.Ordinal);
            repaired.Append(RepairLine(line, unescape));
            start = end;
        }

        return repaired.ToString();
    }

    /// <summary>One repair can uncover another (an entity that stands for an entity), hence the loop.</summary>
    private static string RepairLine(string line, bool unescape)
    {
        string before;
        do
        {
            before = line;
            if (unescape)
            {
                line = HtmlEntities.UnescapeTerminated(line);
            }

            line = ReplaceCharacters(line);
            if (line.Contains(Escape, StringComparison.Ordinal))
            {
                line = TerminalEscape().Replace(line, "");
            }

            line = RemoveControls(line);
            line = CanonicalComposition.Compose(line);
        }
        while (line != before);

        return line;
    }

    private static string ReplaceCharacters(string line)
    {
        var result = new StringBuilder(line.Length);
        for (int index = 0; index < line.Length; index++)
        {
            char current = line[index];
            if (char.IsHighSurrogate(current) && index + 1 < line.Length && char.IsLowSurrogate(line[index + 1]))
            {
                result.Append(current).Append(line[++index]);
            }
            else if (char.IsSurrogate(current))
            {
                result.Append('\uFFFD');
            }
            else if (s_replacements.TryGetValue(current, out string? replacement))
            {
                result.Append(replacement);
            }
            else
            {
                result.Append(current);
            }
        }

        return result.ToString();
    }

    private static string RemoveControls(string line) =>
        line.Any(IsRemovedControl) ? string.Concat(line.Where(c => !IsRemovedControl(c))) : line;

    /// <summary>C0 controls but tab, line feed, form feed and return; byte-order marks; old formatting.</summary>
    private static bool IsRemovedControl(char c) => c switch
    {
        '\t' or '\n' or '\f' or '\r' => false,
        < ' ' or '\u007f' or '\ufeff' => true,
        >= '\u206a' and <= '\u206f' => true,
        >= '\ufff9' and <= '\ufffc' => true,
        _ => false,
    };

    private static Dictionary<char, string> MakeReplacements()
    {
        var replacements = s_ligatures.ToDictionary(ligature => ligature[0], ligature => ligature[2..]);
        foreach (char quote in "\u02bc\u2018\u2019\u201a\u201b")
        {
            replacements[quote] = "'";
        }

        foreach (char quote in "\u201c\u201d\u201e\u201f")
        {
            replacements[quote] = "\"";
        }

        foreach ((char wide, string usual) in UnicodeTable.Widths)
        {
            replacements[wide] = usual;
        }

        for (int code = 0x80; code < 0xA0; code++)
        {
            if (Windows1252.CharacterOf(code) is { } character)
            {
                replacements[(char)code] = replacements.GetValueOrDefault(character, character.ToString());
            }
        }

        return replacements;
    }

    /// <summary>The codes by which programs colour a terminal.</summary>
    [GeneratedRegex("\u001b\\[[0-9;]*[a-zA-Z]", RegexOptions.CultureInvariant)]
    private static partial Regex TerminalEscape();
}
