using System.Globalization;
using System.Text;
using System.Text.Json;

namespace PromptKD.Text.Cleaning;

/// <summary>
/// Character references of HTML 5 ("&amp;amp;", "&amp;#233;"), resolved as Python's <c>html.unescape</c> does.
/// </summary>
/// <remarks>.NET's <c>HtmlDecode</c> knows fewer names and insists on the semicolon.</remarks>
internal static class HtmlEntities
{
    /// <summary>Longest name that is looked for, in characters, without its semicolon.</summary>
    private const int MaxNameLength = 32;

    /// <summary>Longest name or number that ftfy looks for, in characters, without its semicolon.</summary>
    private const int MaxTerminatedLength = 24;

    private static readonly Lazy<Dictionary<string, string>> s_characters = new(() =>
    {
        using Stream stream = EmbeddedFile.Open("html5-entities.json");
        return JsonSerializer.Deserialize(stream, TextJson.Default.DictionaryStringString)!;
    });

    /// <summary>Resolves every reference, with or without a semicolon, as a browser would.</summary>
    public static string Unescape(string text) => Replace(text, ReadReference);

    /// <summary>
    /// Resolves only references that end in a semicolon, as ftfy does; also names written in capitals
    /// ("&amp;NTILDE;"), where HTML gives them no meaning of their own.
    /// </summary>
    public static string UnescapeTerminated(string text) => Replace(text, ReadTerminated);

    /// <summary>Reads one reference at the start of the text.</summary>
    /// <returns>Its length in characters (0: there is none) and what it stands for.</returns>
    private delegate (int Length, string Value) Reader(ReadOnlySpan<char> text);

    private static string Replace(string text, Reader read)
    {
        int ampersand = text.IndexOf('&', StringComparison.Ordinal);
        if (ampersand < 0)
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        int done = 0;
        while (ampersand >= 0)
        {
            result.Append(text, done, ampersand - done);
            (int length, string value) = read(text.AsSpan(ampersand));
            result.Append(length == 0 ? "&" : value);
            done = ampersand + Math.Max(1, length);
            ampersand = text.IndexOf('&', done);
        }

        return result.Append(text, done, text.Length - done).ToString();
    }

    private static (int Length, string Value) ReadReference(ReadOnlySpan<char> text) =>
        text.Length > 1 && text[1] == '#' ? ReadNumber(text) : ReadName(text);

    private static (int Length, string Value) ReadTerminated(ReadOnlySpan<char> text)
    {
        int start = text.Length > 1 && text[1] == '#' ? 2 : 1;
        int length = CountWhile(text[start..], char.IsAsciiLetterOrDigit, MaxTerminatedLength + 1);
        int end = start + length;
        if (length is 0 or > MaxTerminatedLength || end == text.Length || text[end] != ';')
        {
            return (0, "");
        }

        ReadOnlySpan<char> reference = text[..(end + 1)];
        if (start == 2)
        {
            (int read, string value) = ReadNumber(reference);
            return read == reference.Length ? (read, value) : (0, "");
        }

        string name = reference[1..].ToString();
        if (s_characters.Value.TryGetValue(name, out string? characters))
        {
            return (reference.Length, characters);
        }

        bool capitals = !name.Any(char.IsAsciiLetterLower) && ReadName(reference).Length == 0;
        return capitals && s_characters.Value.TryGetValue(name.ToLowerInvariant(), out characters)
            ? (reference.Length, characters == "ß" ? "SS" : characters.ToUpperInvariant())
            : (0, "");
    }

    /// <summary>Reads the longest name that is known; "&amp;notit;" is "¬it;".</summary>
    private static (int Length, string Value) ReadName(ReadOnlySpan<char> text)
    {
        int length = CountWhile(text[1..], c => !"\t\n\f <&#;".Contains(c, StringComparison.Ordinal), MaxNameLength);
        int end = 1 + length;
        if (length > 0 && end < text.Length && text[end] == ';')
        {
            end++;
        }

        var byName = s_characters.Value.GetAlternateLookup<ReadOnlySpan<char>>();
        for (; end > 2; end--)
        {
            if (byName.TryGetValue(text[1..end], out string? characters))
            {
                return (end, characters);
            }
        }

        return (0, "");
    }

    private static (int Length, string Value) ReadNumber(ReadOnlySpan<char> text)
    {
        bool hexadecimal = text.Length > 2 && text[2] is 'x' or 'X';
        int start = hexadecimal ? 3 : 2;
        int length = CountWhile(
            text[start..], hexadecimal ? char.IsAsciiHexDigit : char.IsAsciiDigit, int.MaxValue);
        if (length == 0)
        {
            return (0, "");
        }

        int end = start + length;
        ReadOnlySpan<char> digits = text[start..end].TrimStart('0');
        int code = digits.Length > 7
            ? int.MaxValue
            : digits.Length == 0 ? 0 : int.Parse(
                digits, hexadecimal ? NumberStyles.HexNumber : NumberStyles.None, CultureInfo.InvariantCulture);
        return (end < text.Length && text[end] == ';' ? end + 1 : end, CharacterOf(code));
    }

    /// <summary>HTML 5, numeric character reference end state, as Python reads it.</summary>
    private static string CharacterOf(int code) => code switch
    {
        >= 0x80 and <= 0x9F => (Windows1252.CharacterOf(code) ?? (char)code).ToString(),
        '\r' => "\r",
        0 or > 0x10FFFF or (>= 0xD800 and <= 0xDFFF) => "\uFFFD",
        < 0x09 or 0x0B or (>= 0x0E and <= 0x1F) or 0x7F => "",
        >= 0xFDD0 and <= 0xFDEF => "",
        _ when (code & 0xFFFE) == 0xFFFE => "",
        _ => char.ConvertFromUtf32(code),
    };

    private static int CountWhile(ReadOnlySpan<char> text, Func<char, bool> holds, int limit)
    {
        int count = 0;
        while (count < text.Length && count < limit && holds(text[count]))
        {
            count++;
        }

        return count;
    }
}
