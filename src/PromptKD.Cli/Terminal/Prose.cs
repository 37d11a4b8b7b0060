namespace PromptKD.Cli.Terminal;

/// <summary>
/// Sentences on standard output. A terminal has them broken between words where its window ends; what is indented, as a
/// command to be copied, stays as it is; a tab takes two columns. Elsewhere nothing is changed.
/// </summary>
internal static class Prose
{
    /// <summary>Writes paragraphs, which empty and indented lines end.</summary>
    public static void Write(string text)
    {
        foreach (string line in Console.IsOutputRedirected ? [text] : Lines(text, Window.Columns))
        {
            Console.WriteLine(line);
        }
    }

    /// <summary>The lines for a window.</summary>
    internal static IEnumerable<string> Lines(string text, int columns) =>
        Paragraphs(text.Replace("\t", "  ", StringComparison.Ordinal)).SelectMany(paragraph =>
            paragraph.StartsWith(' ') ? [paragraph] : LineLayout.Wrap(paragraph, columns));

    private static IEnumerable<string> Paragraphs(string text)
    {
        string paragraph = "";
        foreach (string line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            bool goesOn = line.Length > 0 && !line.StartsWith(' ');
            if (goesOn)
            {
                paragraph += paragraph.Length == 0 ? line : $" {line}";
                continue;
            }

            if (paragraph.Length > 0)
            {
                yield return paragraph;
                paragraph = "";
            }

            yield return line;
        }

        if (paragraph.Length > 0)
        {
            yield return paragraph;
        }
    }
}
