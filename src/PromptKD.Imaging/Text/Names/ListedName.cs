namespace PromptKD.Text.Names;

/// <summary>A class name where it was found.</summary>
/// <param name="Text">The name, without blanks around it.</param>
/// <param name="Place">File and line, or what else leads to it, for messages.</param>
internal readonly record struct ListedName(string Text, string Place)
{
    private const int LettersShown = 60;

    /// <summary>The name in quotes for a message: on one line, and not all of it where it is long.</summary>
    public string Shown => Show(Text);

    /// <summary>Any text as a message shows a name.</summary>
    public static string Show(string text)
    {
        string start = text.Length <= LettersShown ? text : $"{text.AsSpan(0, LettersShown)}…";
        return $"'{string.Concat(start.Select(letter => IsPlain(letter) ? $"{letter}" : $"\\u{(int)letter:x4}"))}'";
    }

    // Letters that steer a terminal, turn the direction of writing or break the line are written as numbers.
    private static bool IsPlain(char letter) =>
        char.IsSurrogate(letter) || char.GetUnicodeCategory(letter) is not (
            System.Globalization.UnicodeCategory.Control or System.Globalization.UnicodeCategory.Format
            or System.Globalization.UnicodeCategory.LineSeparator
            or System.Globalization.UnicodeCategory.ParagraphSeparator);
}
