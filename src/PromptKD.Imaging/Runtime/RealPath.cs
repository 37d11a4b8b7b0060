namespace PromptKD.Runtime;

/// <summary>Where a path leads once every link on it is followed: two paths to a folder have one such place.</summary>
/// <remarks>
/// .NET resolves the last part of a path alone, and takes the <c>..</c> of a link from how the path is written, not
/// from where its folder lies.
/// </remarks>
internal static class RealPath
{
    /// <summary>As many links as Linux follows for one path.</summary>
    private const int MostLinks = 40;

    /// <summary>How places are compared: elsewhere than on Linux, letters of either case name a file.</summary>
    public static StringComparison Comparison { get; } =
        OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    /// <summary>The place of a path, of which the end need not exist.</summary>
    /// <exception cref="IOException">Its links lead in a circle.</exception>
    /// <exception cref="UnauthorizedAccessException">A link on it may not be read.</exception>
    public static string Of(string path) => Follow(Path.GetFullPath(path), MostLinks);

    /// <summary>As <see cref="Of"/>; what cannot be a path, or cannot be followed, stays as it was given.</summary>
    public static string OrGiven(string path)
    {
        try
        {
            return Of(path);
        }
        catch (Exception error) when (error is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return path;
        }
    }

    /// <summary>The place of what lies directly in a folder, of which only the last part can be a link.</summary>
    /// <param name="folder">Where all links are followed already.</param>
    /// <param name="name">What lies in it.</param>
    /// <exception cref="IOException">As <see cref="Of"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">As <see cref="Of"/>.</exception>
    public static string Within(string folder, string name) => Enter(folder, name, MostLinks);

    private static string Follow(string path, int linksLeft)
    {
        string place = Path.GetPathRoot(path)!;
        foreach (string part in path[place.Length..].Split(
            [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries))
        {
            place = part switch
            {
                "." => place,
                ".." => Path.GetDirectoryName(place) ?? place,
                _ => Enter(place, part, linksLeft),
            };
        }

        return place;
    }

    private static string Enter(string folder, string name, int linksLeft)
    {
        string path = Path.Combine(folder, name);
        if (new FileInfo(path).LinkTarget is not { } target)
        {
            return path;
        }

        return linksLeft > 0
            ? Follow(Path.Combine(folder, target), linksLeft - 1)
            : throw new IOException($"'{path}' is a link that leads in a circle.");
    }
}
