namespace PromptKD.Runtime;

/// <summary>
/// What writes that were killed have left: <c>FILE.MACHINE-PROCESS.partial</c> (<see cref="WholeFile"/>).
/// </summary>
internal static class Remains
{
    private const string Ending = ".partial";

    // Whoever writes on another machine touches the file more often. Not every shared file system shares its locks.
    private static readonly TimeSpan s_longSilence = TimeSpan.FromHours(1);

    /// <summary>Where a file is written before it gets its name.</summary>
    /// <remarks>
    /// Processes on other machines may share the folder and the number: in a container it is mostly 1.
    /// </remarks>
    public static string PartialOf(string path) => $"{path}.{Environment.MachineName}-{Environment.ProcessId}{Ending}";

    /// <summary>Deletes remains in a folder, as far as nobody is writing them. What cannot be deleted stays.</summary>
    /// <param name="folder">The folder; nothing happens where there is none.</param>
    /// <param name="depth">How many levels of folders below it.</param>
    public static void Clear(string folder, int depth = 0)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = depth > 0,
            MaxRecursionDepth = depth,
            AttributesToSkip = FileAttributes.ReparsePoint,
        };
        try
        {
            foreach (string file in Directory.Exists(folder)
                ? Directory.EnumerateFiles(folder, $"*-*{Ending}", options)
                : [])
            {
                if (IsOurs(file) && IsAbandoned(file))
                {
                    DeleteQuietly(file);
                }
            }
        }
        catch (Exception error) when (WriteFault.Is(error))
        {
            // They are in nobody's way.
        }
    }

    /// <summary>Deletes a file if that can be done.</summary>
    public static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (WriteFault.Is(error))
        {
            // Whoever calls has nothing better to say.
        }
    }

    // NAME.MACHINE-PROCESS.partial; downloads, which can be continued, have no process in their names.
    private static bool IsOurs(string file)
    {
        string[] parts = Path.GetFileName(file)[..^Ending.Length].Split('.');
        string last = parts[^1];
        int dash = last.LastIndexOf('-');
        return parts.Length > 1 && dash >= 0 && int.TryParse(last.AsSpan(dash + 1), out int process) && process > 0;
    }

    private static bool IsAbandoned(string file)
    {
        try
        {
            // A process that writes it holds it. To be written, so that not even a pipe of this name is waited for.
            using var held = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception error) when (WriteFault.Is(error))
        {
            return false;
        }

        return IsOfThisMachine(file) || DateTime.UtcNow - File.GetLastWriteTimeUtc(file) > s_longSilence;
    }

    private static bool IsOfThisMachine(string file)
    {
        string name = Path.GetFileName(file);
        return name[..name.LastIndexOf('-')].EndsWith($".{Environment.MachineName}", StringComparison.Ordinal);
    }
}
