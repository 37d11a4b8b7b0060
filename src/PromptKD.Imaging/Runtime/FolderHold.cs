using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace PromptKD.Runtime;

/// <summary>
/// A folder that this process works in. As long as it is held, every write below it makes sure that it still is the
/// same folder: one that is deleted or moved meanwhile would be made anew, with half of what belongs into it.
/// </summary>
internal sealed partial class FolderHold : IDisposable
{
    private const string LockFile = ".lock";
    private const int Exists = 17;
    private const uint EveryRight = 0x1FF; // 0777, of which the process's mask takes away.

    private static readonly ConcurrentDictionary<FolderHold, bool> s_held = new();

    private readonly string _folder;
    private readonly FileStream? _lock;
    private readonly string? _lockIsAt;

    private FolderHold(string folder, FileStream? held)
    {
        _folder = Path.GetFullPath(folder);
        _lock = held;
        _lockIsAt = Where(held);
        s_held[this] = true;
    }

    /// <summary>Takes a folder for this process alone; makes it where there is none.</summary>
    /// <exception cref="PromptKDException">Another process has it, or it cannot be written.</exception>
    public static FolderHold Take(string folder)
    {
        string path = Path.Combine(folder, LockFile);
        RefuseGone(path);
        FileOptions options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None;
        try
        {
            MakeFolder(folder); // A run of a benchmark has its folder in one that is held.
            return new FolderHold(folder, new FileStream(
                path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, options));
        }
        catch (IOException error) when (FileLock.IsHeld(error))
        {
            throw new PromptKDException(
                $"{folder}: another process is writing this run. Wait for it, or stop it.", error);
        }
        catch (Exception error) when (WriteFault.Is(error))
        {
            throw WriteFault.Of(folder, error, "the output folder ");
        }
    }

    /// <summary>Holds a folder that other processes may write, too; makes it where there is none.</summary>
    /// <exception cref="PromptKDException">It cannot be made.</exception>
    public static FolderHold Share(string folder)
    {
        string within = Path.Combine(folder, LockFile);
        RefuseGone(within);
        try
        {
            MakeFolder(folder); // As for a file: whoever holds it already may see it go in this very instant.
            return new FolderHold(folder, held: null);
        }
        catch (Exception error) when (WriteFault.Is(error))
        {
            throw WriteFault.Of(folder, error, "the output folder ");
        }
    }

    /// <summary>
    /// Holds a folder that was written already, by an earlier stage of the same work: one that went since then is not
    /// made anew.
    /// </summary>
    /// <exception cref="PromptKDException">It is not there any more.</exception>
    public static FolderHold Keep(string folder)
    {
        var hold = new FolderHold(folder, held: null);
        try
        {
            hold.RefuseGone();
            return hold;
        }
        catch
        {
            hold.Dispose();
            throw;
        }
    }

    /// <summary>Refuses to write a file below a held folder that is not there any more.</summary>
    /// <exception cref="PromptKDException">The folder was deleted or moved.</exception>
    public static void RefuseGone(string file)
    {
        string path = Path.GetFullPath(file);
        if (s_held.Keys
            .Where(hold => hold.Covers(path) && hold.IsGone())
            .MinBy(hold => hold._folder.Length) is { } outermost)
        {
            throw new PromptKDException(
                $"Cannot write '{path}': the folder '{outermost._folder}' was {outermost.WhatHappened()} while it was "
                + "being written.");
        }
    }

    /// <summary>Refuses to say what came into the folder where it is not there any more.</summary>
    /// <exception cref="PromptKDException">The folder was deleted or moved.</exception>
    public void RefuseGone()
    {
        if (IsGone())
        {
            throw new PromptKDException($"The folder '{_folder}' was {WhatHappened()} while it was being written.");
        }
    }

    /// <summary>Makes the folder of a file, as <see cref="MakeFolder"/>.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static void MakeFolderOf(string file) => MakeFolder(Path.GetDirectoryName(Path.GetFullPath(file))!);

    /// <summary>
    /// Makes a folder where there is none. Below a held folder it makes one level at a time, so that a held folder that
    /// went away in this very instant is not made anew.
    /// </summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static void MakeFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            return; // .NET would try to make it all the same: anew, if it went away in this very instant.
        }

        string within = Path.Combine(Path.GetFullPath(folder), LockFile);
        if (s_held.Keys.Where(hold => hold.Covers(within)).MaxBy(hold => hold._folder.Length) is not { } hold)
        {
            Directory.CreateDirectory(folder);
            return;
        }

        string made = hold._folder;
        foreach (string part in Path.GetRelativePath(made, Path.GetFullPath(folder)).Split(Path.DirectorySeparatorChar))
        {
            made = Path.Combine(made, part);
            if (!Directory.Exists(made))
            {
                MakeOne(made);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        s_held.TryRemove(this, out _);
        if (_lock is not null && !OperatingSystem.IsWindows())
        {
            // Where the folder has gone, another process may have one of this name.
            Remains.DeleteQuietly(Where(_lock) ?? _lock.Name);
        }

        _lock?.Dispose();
    }

    private bool Covers(string path) =>
        path.StartsWith(
            Path.TrimEndingDirectorySeparator(_folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private bool IsGone() => _lock is null
        ? !Directory.Exists(_folder)
        : _lockIsAt is null ? !File.Exists(_lock.Name) : Where(_lock) != _lockIsAt;

    private string WhatHappened() =>
        Where(_lock) is { } place && Path.GetDirectoryName(place) is { } folder && File.Exists(place)
            ? $"moved to '{folder}'"
            : "deleted or moved";

    private static void MakeOne(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else if (MakeDirectory(folder, EveryRight) != 0 && Marshal.GetLastPInvokeError() is var fault and not Exists)
        {
            throw new IOException(Marshal.GetPInvokeErrorMessage(fault), fault);
        }
    }

    [LibraryImport("libc", EntryPoint = "mkdir", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MakeDirectory(string path, uint mode);

    // Linux knows what has become of an open file; null elsewhere.
    private static string? Where(FileStream? open)
    {
        try
        {
            return open is null || !OperatingSystem.IsLinux()
                ? null
                : new FileInfo($"/proc/self/fd/{open.SafeFileHandle.DangerousGetHandle()}").LinkTarget;
        }
        catch (Exception error) when (WriteFault.Is(error))
        {
            return null;
        }
    }
}
