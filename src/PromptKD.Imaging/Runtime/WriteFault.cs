namespace PromptKD.Runtime;

/// <summary>Says in one line that something cannot be written, and why.</summary>
internal static class WriteFault
{
    // errno of Linux, macOS and the BSDs; what Windows says in its place.
    private static readonly int[] s_full = [28, 69, 122, unchecked((int)0x80070070)];
    private const int ReadOnlyFileSystem = 30;

    /// <summary>Whether an exception is what the file system throws.</summary>
    public static bool Is(Exception error) => error is IOException or UnauthorizedAccessException;

    /// <summary>The message for a file or folder.</summary>
    /// <param name="path">What cannot be written.</param>
    /// <param name="error">What the file system threw.</param>
    /// <param name="what">What it is, with a blank behind; empty where the path says enough.</param>
    public static PromptKDException Of(string path, Exception error, string what = "") =>
        new($"Cannot write {what}'{path}': {Reason(error)}.{Remedy(error)}", error);

    /// <summary>The message for a symbolic link, which not every file system holds (exFAT, FAT).</summary>
    /// <param name="path">The link.</param>
    /// <param name="error">What the file system threw.</param>
    public static PromptKDException OfLink(string path, Exception error) => new(
        $"Cannot write the link '{path}': {Reason(error)}."
        + (Remedy(error) is { Length: > 0 } remedy
            ? remedy
            : " Where a file system holds no links, leave out ‹links›: copies are made then."),
        error);

    /// <summary>Why, without the path: the system may have named a file that nobody asked for.</summary>
    public static string Reason(Exception error)
    {
        int path = error is IOException ? error.Message.LastIndexOf(" : '", StringComparison.Ordinal) : -1;
        return (path < 0 ? error.Message : error.Message[..path]).TrimEnd('.');
    }

    /// <summary>Whether nothing may be written there, as opposed to a write that failed.</summary>
    /// <param name="error">What <see cref="Of"/> made, or its cause.</param>
    public static bool IsReadOnly(Exception error) =>
        (error is PromptKDException { InnerException: { } cause } ? cause : error)
            is UnauthorizedAccessException or IOException { HResult: ReadOnlyFileSystem };

    private static string Remedy(Exception error) => s_full.Contains(error.HResult)
        ? " Make room there, then start the same command again."
        : "";
}
