namespace PromptKD.Runtime;

/// <summary>
/// Where fetched files are kept between runs: <c>PROMPTKD_HOME</c>, or <c>promptkd</c> in the cache folder that the
/// platform gives the user.
/// </summary>
internal static class CacheFolder
{
    /// <summary>Names the folder that overrides the platform's.</summary>
    public const string Variable = "PROMPTKD_HOME";

    private const string Name = "promptkd";

    /// <summary>The folder of this process, absolute. It need not exist yet.</summary>
    public static string Current => Find(
        Environment.GetEnvironmentVariable,
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData),
        OperatingSystem.IsWindows(),
        OperatingSystem.IsMacOS());

    /// <summary>The folder for a given environment.</summary>
    /// <param name="read">Reads an environment variable; null or empty where it is not set.</param>
    /// <param name="home">The user's home folder.</param>
    /// <param name="localData">Windows' folder for data of programs.</param>
    /// <param name="isWindows">Whether the rules of Windows hold.</param>
    /// <param name="isMac">Whether those of macOS hold; those of Linux where neither does.</param>
    internal static string Find(Func<string, string?> read, string home, string localData, bool isWindows, bool isMac)
    {
        if (read(Variable) is { Length: > 0 } chosen)
        {
            return Path.GetFullPath(chosen);
        }

        if (isWindows)
        {
            return Path.Combine(localData, Name);
        }

        if (isMac)
        {
            return Path.Combine(home, "Library", "Caches", Name);
        }

        // The XDG base directory specification has programs ignore a relative path. A home folder that is none, as of a
        // container's users without a name, must not make the current folder one.
        return read("XDG_CACHE_HOME") is { Length: > 0 } cache && Path.IsPathRooted(cache)
            ? Path.Combine(cache, Name)
            : Path.Combine(Path.IsPathRooted(home) ? home : "/", ".cache", Name);
    }
}
