using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;

namespace PromptKD.Runtime;

/// <summary>Writes files whole or not at all: beside the target first, flushed to disk, then renamed over it.</summary>
internal static partial class WholeFile
{
    // Folders that this process has written to: what killed writes left in them is cleared once.
    private static readonly ConcurrentDictionary<string, bool> s_known = new();

    /// <summary>Replaces <paramref name="path"/> with what <paramref name="write"/> writes.</summary>
    /// <exception cref="PromptKDException">
    /// The disk is full or the folder is not writable. The old file stands.
    /// </exception>
    public static void Write(string path, Action<Stream> write) =>
        WriteBeside(path, write, partial => File.Move(partial, path, overwrite: true));

    /// <summary>As <see cref="Write"/>, and the old file is kept under another name.</summary>
    /// <param name="path">The file.</param>
    /// <param name="previous">Receives the old file, in place of an older one.</param>
    /// <param name="write">Writes the new one.</param>
    /// <remarks>Cut off between the two names, only <paramref name="previous"/> is there.</remarks>
    /// <exception cref="PromptKDException">As <see cref="Write"/>.</exception>
    public static void Rotate(string path, string previous, Action<Stream> write) => WriteBeside(path, write, partial =>
    {
        if (File.Exists(path))
        {
            File.Move(path, previous, overwrite: true);
        }

        File.Move(partial, path, overwrite: true);
    });

    /// <summary>
    /// Replaces <paramref name="path"/> with <paramref name="text"/>, UTF-8 without a byte-order mark.
    /// </summary>
    /// <exception cref="PromptKDException">As <see cref="Write"/>.</exception>
    public static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Replaces <paramref name="path"/> with the bytes of another file.</summary>
    /// <exception cref="PromptKDException">As <see cref="Write"/>; or the other file cannot be read.</exception>
    public static void Copy(string source, string path) => Write(path, stream =>
    {
        using FileStream from = RegularFile.Explain(source, file => RegularFile.Open(file));
        from.CopyTo(stream);
    });

    /// <summary>Removes a folder with all that it holds.</summary>
    /// <exception cref="PromptKDException">It is not writable, or somebody holds a file in it.</exception>
    public static void RemoveFolder(string folder)
    {
        FolderHold.RefuseGone(folder);
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception error) when (WriteFault.Is(error))
        {
            throw new PromptKDException($"Cannot remove '{folder}': {WriteFault.Reason(error)}.", error);
        }
    }

    /// <summary>Writes a text file where there is none: of several processes that try at once, one does.</summary>
    /// <returns>False where there is a file already; it stands.</returns>
    /// <exception cref="PromptKDException">As <see cref="Write"/>.</exception>
    public static bool TryCreateText(string path, string text) =>
        TryCreate(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>As <see cref="TryCreateText"/>, for any content.</summary>
    /// <returns>False where there is a file already; it stands.</returns>
    /// <exception cref="PromptKDException">As <see cref="Write"/>.</exception>
    public static bool TryCreate(string path, Action<Stream> write)
    {
        bool created = false;
        WriteBeside(path, write, partial => created = TryGiveName(partial, path));
        return created;
    }

    /// <summary>Makes a symbolic link where there is nothing of that name.</summary>
    /// <param name="path">The link.</param>
    /// <param name="target">What it leads to, from the root.</param>
    /// <returns>False where there is something already; it stands.</returns>
    /// <exception cref="PromptKDException">The folder is not writable, or the system makes no links.</exception>
    public static bool TryLink(string path, string target)
    {
        FolderHold.RefuseGone(path);
        try
        {
            FolderHold.MakeFolderOf(path);
            File.CreateSymbolicLink(path, target);
            return true;
        }
        catch (IOException) when (Path.Exists(path) || new FileInfo(path).LinkTarget is not null)
        {
            return false;
        }
        catch (Exception error) when (WriteFault.Is(error))
        {
            throw WriteFault.OfLink(path, error);
        }
    }

    private static void WriteBeside(string path, Action<Stream> write, Action<string> publish)
    {
        FolderHold.RefuseGone(path);
        if (RegularFile.FindUnwritable(path) is { } other)
        {
            throw new PromptKDException($"Cannot write '{path}': {other}. Give the name of a file.");
        }

        string partial = Remains.PartialOf(path);
        try
        {
            FolderHold.MakeFolderOf(path);
            ClearFolderOf(path);
            using (var stream = new FileStream(partial, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16))
            {
                write(stream);
                DiskFlush.Run(stream);
            }

            FolderHold.RefuseGone(path);
            publish(partial);
        }
        catch (Exception error) when (WriteFault.Is(error))
        {
            throw WriteFault.Of(path, error);
        }
        finally
        {
            Remains.DeleteQuietly(partial);
        }
    }

    private static void ClearFolderOf(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (s_known.TryAdd(folder, true))
        {
            Remains.Clear(folder);
        }
    }

    // .NET's move looks first and then replaces, outside of Windows. A link fails where the name is taken, too, and has
    // to be followed by a deletion. The move is left for file systems without either.
    private static bool TryGiveName(string partial, string path)
    {
        if (AtomicRename.TryTake(partial, path) is { } isDone)
        {
            return isDone;
        }

        if (!OperatingSystem.IsWindows() && Link(partial, path) == 0)
        {
            return true;
        }

        try
        {
            File.Move(partial, path);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string existing, string name);
}
