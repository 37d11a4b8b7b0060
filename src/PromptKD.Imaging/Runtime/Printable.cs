using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;

namespace PromptKD.Runtime;

/// <summary>
/// Makes text that others wrote (names of files, classes and tensors; what an exception says) safe to show: it stays in
/// one line, does nothing to a terminal, and looks like what it is.
/// </summary>
internal static class Printable
{
    private const int LongestLine = 8000;
    private const char ZeroWidthNonJoiner = '\u200C';
    private const char ZeroWidthJoiner = '\u200D';

    private static readonly SearchValues<char> s_markdown = SearchValues.Create(@"\`*_[]<>|#~!&");
    private static readonly SearchValues<char> s_quotedInCsv = SearchValues.Create(",\"\n\r");

    /// <summary>
    /// The text with escapes (<c>\n</c>, <c>\u001B</c>) for line breaks, tabs, control characters, marks that turn the
    /// direction of writing, and others that are not seen; cut behind 8,000 letters.
    /// </summary>
    public static string Line(string? text)
    {
        string line = Escape(text ?? "", LongestLine);
        return line.Length <= LongestLine ? line : $"{WithoutHalf(line.AsSpan(0, LongestLine))}…";
    }

    /// <summary>As <see cref="Line"/>, for a line that was made of columns: tabs stay.</summary>
    public static string Columns(string? text) => string.Join('\t', (text ?? "").Split('\t').Select(Line));

    /// <summary>
    /// JSON without line breaks that says the same, with escapes for what <see cref="Line"/> escapes; never cut.
    /// </summary>
    /// <param name="json">As System.Text.Json writes it: letters above U+FFFF are escapes already.</param>
    public static string Json(string json) => Escape(json, int.MaxValue);

    /// <summary>A text for Markdown: nothing in it is a mark.</summary>
    public static string Markdown(string? text)
    {
        string line = Line(text);
        if (!line.AsSpan().ContainsAny(s_markdown))
        {
            return line;
        }

        var escaped = new StringBuilder(line.Length + 8);
        for (int place = 0; place < line.Length; place++)
        {
            if (s_markdown.Contains(line[place]) && !IsWithinWord(line, place))
            {
                escaped.Append('\\');
            }

            escaped.Append(line[place]);
        }

        return escaped.ToString();
    }

    /// <summary>A text for HTML.</summary>
    public static string Html(string? text) => WebUtility.HtmlEncode(Line(text));

    /// <summary>
    /// A cell of comma-separated values (RFC 4180). What a spreadsheet would take for a formula begins with an
    /// apostrophe.
    /// </summary>
    public static string Csv(string? text)
    {
        string line = Line(text);
        string cell = line.Length > 0 && line[0] is '=' or '+' or '-' or '@' ? $"'{line}" : line;
        return cell.AsSpan().ContainsAny(s_quotedInCsv)
            ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : cell;
    }

    private static string Escape(string text, int longest)
    {
        if (IsPlain(text))
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 16);
        for (int place = 0; place < text.Length && escaped.Length <= longest;)
        {
            bool isRune = Rune.TryGetRuneAt(text, place, out Rune rune);
            if (isRune && !IsHidden(rune))
            {
                escaped.Append(text, place, rune.Utf16SequenceLength);
            }
            else
            {
                escaped.Append(isRune ? EscapeOf(rune.Value) : EscapeOf(text[place]));
            }

            place += isRune ? rune.Utf16SequenceLength : 1;
        }

        return escaped.ToString();
    }

    private static bool IsPlain(string text) => !text.AsSpan().ContainsAnyExceptInRange(' ', '~');

    // Joiners are part of words (Persian) and of emoji; without them these would fall apart.
    private static bool IsHidden(Rune rune) => rune.Value is not (ZeroWidthNonJoiner or ZeroWidthJoiner)
        && Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static string EscapeOf(int value) => value switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        <= char.MaxValue => $"\\u{value:X4}",
        _ => $"\\U{value:X8}",
    };

    // An underscore between letters is none of Markdown's marks, and names of classes are full of them.
    private static bool IsWithinWord(string line, int place) =>
        line[place] == '_' && place > 0 && place + 1 < line.Length
        && char.IsLetterOrDigit(line[place - 1]) && char.IsLetterOrDigit(line[place + 1]);

    private static ReadOnlySpan<char> WithoutHalf(ReadOnlySpan<char> text) =>
        char.IsHighSurrogate(text[^1]) ? text[..^1] : text;
}
