namespace PromptKD.Runtime;

/// <summary>
/// Names that are not UTF-8, as archives of other systems leave them on Linux. .NET shows a mark in the place of what
/// it cannot read, and finds nothing under the name that comes of it.
/// </summary>
internal static class LostName
{
    /// <summary>Why such a file or folder cannot be opened, and what to do.</summary>
    public const string Reason = "its name is not UTF-8, so that it cannot be opened; rename it";

    private const char Mark = '\uFFFD';

    /// <summary>Whether something that was listed, or named on a command line, cannot be found by that name.</summary>
    public static bool IsOf(string path) => path.Contains(Mark) && !Path.Exists(path);
}
