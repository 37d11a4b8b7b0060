using System.Runtime.InteropServices;
using System.Text;

namespace PromptKD.Runtime;

/// <summary>Writes files whole or not at all: beside the target first, flushed to disk, then renamed over it.</summary>
internal static partial class WholeFile
{
    /// <summary>Replaces <paramref name="path"/> with what <paramref name="write"/> writes.</summary>
    /// <exception cref="PromptKDException">The disk is full or the folder is not writable. The old file stands.</exception>
    public static void Write(string path, Action<Stream> write) =>
        WriteBeside(path, write, partial => File.Move(partial, path, overwrite: true));

    /// <summary>
    /// Replaces <paramref name="path"/> with <paramref name="text"/>, UTF-8 without a byte-order mark.
    /// </summary>
    /// <exception cref="PromptKDException">As <see cref="Write"/>.</exception>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Writes a text file where there is none: of several processes that try at once, one does.</summary>
    /// <returns>False where there is a file already; it stands.</returns>
    /// <exception cref="PromptKDException">As <see cref="Write"/>.</exception>
    public static bool TryCreateText(string path, string text)
    {
        bool created = false;
        WriteBeside(
            path,
            stream => stream.Write(Encoding.UTF8.GetBytes(text)),
            partial => created = TryGiveName(partial, path));
        return created;
    }

    private static void WriteBeside(string path, Action<Stream> write, Action<string> publish)
    {
        // Processes on other machines may share the folder and the number: in a container it is mostly 1.
        string partial = $"{path}.{Environment.MachineName}-{Environment.ProcessId}.partial";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            using (var stream = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            publish(partial);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PromptKDException($"Cannot write '{path}': {error.Message}", error);
        }
        finally
        {
            DeleteQuietly(partial);
        }
    }

    // Only a link fails where the name is taken: .NET's move looks first and then replaces, outside of Windows. It is
    // left for file systems without links.
    private static bool TryGiveName(string partial, string path)
    {
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

    private static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The write itself has already succeeded or reported why it failed.
        }
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string existing, string name);
}
