namespace PromptKD.Cli.Terminal;

/// <summary>Writes words as a user can paste them behind a command.</summary>
internal static class Shell
{
    private const string SafeMarks = "/._-+=:,@%";

    /// <summary>A word, in quotes where a shell would split or read it.</summary>
    /// <param name="word">Such as a path.</param>
    public static string Quote(string word)
    {
        if (word.Length > 0 && word.All(mark => char.IsAsciiLetterOrDigit(mark) || IsSafe(mark)))
        {
            return word;
        }

        // Windows' paths hold no double quotes; elsewhere everything but a single quote is itself in single ones.
        return OperatingSystem.IsWindows()
            ? $"\"{word}\""
            : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
    }

    private static bool IsSafe(char mark) =>
        SafeMarks.Contains(mark, StringComparison.Ordinal) || (mark == '\\' && OperatingSystem.IsWindows());
}
