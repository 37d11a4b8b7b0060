using System.ComponentModel;
using System.Diagnostics;

namespace PromptKD.Runtime;

/// <summary>
/// What writes that were killed have left: <c>NAME.MACHINE-PROCESS.partial</c>, a file (<see cref="WholeFile"/>) or a
/// folder (<see cref="WholeFolder"/>).
/// </summary>
internal static class Remains
{
    /// <summary>How all of them end.</summary>
    public const string Ending = ".partial";

    // Whoever writes on another machine touches the file more often. Not every shared file system shares its locks.
    private static readonly TimeSpan s_longSilence = TimeSpan.FromHours(1);

    /// <summary>Where a file or a folder is written before it gets its name.</summary>
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
            string[] found = Directory.Exists(folder)
                ? Directory.GetFileSystemEntries(folder, $"*-*{Ending}", options)
                : [];
            foreach (string path in found)
            {
                if (ProcessOf(path) is { } process && IsAbandoned(path, process))
                {
                    DeleteQuietly(path);
                }
            }
        }
        catch (Exception error) when (WriteFault.Is(error))
        {
            // They are in nobody's way.
        }
    }

    /// <summary>Deletes a file, or a folder with all that it holds, if that can be done.</summary>
    public static void DeleteQuietly(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
            else
            {
                File.Delete(path);
            }
        }
        catch (Exception error) when (WriteFault.Is(error))
        {
            // Whoever calls has nothing better to say.
        }
    }

    // NAME.MACHINE-PROCESS.partial; downloads, which can be continued, have no process in their names.
    private static int? ProcessOf(string path)
    {
        string[] parts = Path.GetFileName(path)[..^Ending.Length].Split('.');
        string last = parts[^1];
        int dash = last.LastIndexOf('-');
        return parts.Length > 1 && dash >= 0 && int.TryParse(last.AsSpan(dash + 1), out int process) && process > 0
            ? process
            : null;
    }

    private static bool IsAbandoned(string path, int process)
    {
        try
        {
            DateTime written = LastWrite(path);
            bool isLongSilent = DateTime.UtcNow - written > s_longSilence;
            return !IsHeld(path) && (isLongSilent || (IsOfThisMachine(path) && HasEnded(process, written)));
        }
        catch (Exception error) when (WriteFault.Is(error))
        {
            // Somebody else has just given it its name, or cleared it.
            return false;
        }
    }

    private static DateTime LastWrite(string path) => Directory.Exists(path)
        ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Select(File.GetLastWriteTimeUtc)
            .Append(Directory.GetLastWriteTimeUtc(path))
            .Max()
        : File.GetLastWriteTimeUtc(path);

    private static bool IsHeld(string path)
    {
        if (Directory.Exists(path))
        {
            return Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Any(IsHeld);
        }

        try
        {
            // A process that writes it holds it. To be written, so that not even a pipe of this name is waited for.
            using var held = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (Exception error) when (WriteFault.Is(error))
        {
            return true;
        }
    }

    // Between its last byte and its name nobody holds a file: the process that wrote it lives. One that has got the
    // same number since is younger than the file.
    private static bool HasEnded(int process, DateTime written)
    {
        try
        {
            using var running = Process.GetProcessById(process);
            return running.StartTime.ToUniversalTime() > written;
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            return true;
        }
        catch (Exception error) when (error is Win32Exception or NotSupportedException)
        {
            return false;
        }
    }

    private static bool IsOfThisMachine(string path)
    {
        string name = Path.GetFileName(path);
        return name[..name.LastIndexOf('-')].EndsWith($".{Environment.MachineName}", StringComparison.Ordinal);
    }
}
