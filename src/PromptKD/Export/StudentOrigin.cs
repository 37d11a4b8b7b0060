using PromptKD.Runtime;

namespace PromptKD.Export;

/// <summary>
/// What a student was made of, as people call it, when, and by which program. Digests tell what it was exactly.
/// </summary>
/// <param name="Student">
/// The CLIP whose image tower it has: a name such as <c>openai:ViT-B/16</c>, or that of a file or folder.
/// </param>
/// <param name="Teachers">
/// The CLIPs that it learned from, in order, likewise; none where only their features were stored.
/// </param>
/// <param name="Date">The day on which the package was written, UTC.</param>
/// <param name="Program">The program that wrote it, with its version.</param>
public sealed record StudentOrigin(string Student, IReadOnlyList<string> Teachers, DateOnly Date, string Program)
{
    /// <summary>The CLIPs that it learned from, in order.</summary>
    public IReadOnlyList<string> Teachers { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of(Teachers);

    /// <summary>Of CLIPs as the user named them, made today by this program.</summary>
    /// <param name="student">A path or a name.</param>
    /// <param name="teachers">Paths or names.</param>
    internal static StudentOrigin Of(string student, IEnumerable<string> teachers) =>
        new(NameOf(student), [.. teachers.Where(one => one.Length > 0).Select(NameOf)], MadeBy.Today, MadeBy.Program);

    // Where a file lies is of one machine, and none of the package's business.
    private static string NameOf(string pathOrName) => File.Exists(pathOrName) || Directory.Exists(pathOrName)
        ? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(pathOrName)))
        : pathOrName;
}
