using System.Globalization;
using Spectre.Console;

namespace PromptKD.Cli.Terminal;

/// <summary>
/// Fits text into the columns of a terminal. Chinese, Japanese, Korean letters and emoji take two columns.
/// </summary>
internal static class LineLayout
{
    private const string Ellipsis = "…";
    private const string Gap = "  ";

    /// <summary>The columns that a text takes.</summary>
    public static int Columns(string text) => Elements(text).Sum(Width);

    /// <summary>As many parts as fit into one line, in their order.</summary>
    /// <param name="parts">Each with its weight: those of a lower weight are left out first.</param>
    /// <param name="columns">Of the line. At least one part is shown, cut where it must be.</param>
    public static string Fit(IReadOnlyList<(string Text, int Weight)> parts, int columns)
    {
        List<(string Text, int Weight)> shown = [.. parts];
        while (shown.Count > 1 && Columns(Join(shown)) > columns)
        {
            int least = shown.Min(part => part.Weight);
            shown.RemoveAt(shown.FindLastIndex(part => part.Weight == least));
        }

        return Cut(Join(shown), columns);
    }

    /// <summary>A text, or its beginning and an ellipsis.</summary>
    public static string Cut(string text, int columns)
    {
        if (Columns(text) <= columns)
        {
            return text;
        }

        int taken = 0;
        string beginning = string.Concat(Elements(text)
            .TakeWhile(element => (taken += Width(element)) < columns));
        return beginning + (columns > 0 ? Ellipsis : "");
    }

    /// <summary>
    /// Lines of whole words. A word that is wider than a line stands alone and is left to the terminal, so that a path
    /// can still be copied; what is quoted is one word.
    /// </summary>
    public static IEnumerable<string> Wrap(string text, int columns)
    {
        string line = "";
        foreach (string word in Words(text))
        {
            string longer = line.Length == 0 ? word : $"{line} {word}";
            if (line.Length > 0 && Columns(longer) > columns)
            {
                yield return line.TrimEnd(' ');
                line = word;
            }
            else
            {
                line = longer;
            }
        }

        yield return line;
    }

    private static string Join(IEnumerable<(string Text, int Weight)> parts) =>
        string.Join(Gap, parts.Select(part => part.Text));

    // A quotation begins behind a blank and ends before one or before punctuation: an apostrophe does neither.
    private static IEnumerable<string> Words(string text)
    {
        int start = 0;
        for (int position = 0; position <= text.Length; position++)
        {
            if (position == start && position < text.Length && text[position] == '\'')
            {
                position = EndOfQuotation(text, position);
            }

            if (position == text.Length || text[position] == ' ')
            {
                yield return text[start..position];
                start = position + 1;
            }
        }
    }

    private static int EndOfQuotation(string text, int quote)
    {
        for (int end = text.IndexOf('\'', quote + 1); end >= 0; end = text.IndexOf('\'', end + 1))
        {
            if (end + 1 == text.Length || !char.IsLetterOrDigit(text[end + 1]))
            {
                return end + 1;
            }
        }

        return quote;
    }

    private static IEnumerable<string> Elements(string text)
    {
        TextElementEnumerator elements = StringInfo.GetTextElementEnumerator(text);
        while (elements.MoveNext())
        {
            yield return elements.GetTextElement();
        }
    }

    // Letters that a terminal puts together, as an emoji of several, are as wide as the widest of them.
    private static int Width(string element) => element.EnumerateRunes()
        .Max(rune => Math.Clamp(rune.ToString().GetCellWidth(), 0, 2));
}
