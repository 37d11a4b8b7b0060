namespace PromptKD.Runtime;

/// <summary>Writes files whole or not at all: beside the target first, flushed to disk, then renamed over it.</summary>
internal static class WholeFile
{
    /// <summary>Replaces <paramref name="path"/> with what <paramref name="write"/> writes.</summary>
    /// <exception cref="PromptKDException">The disk is full or the folder is not writable. The old file stands.</exception>
    public static void Write(string path, Action<Stream> write)
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

            File.Move(partial, path, overwrite: true);
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

    /// <summary>Replaces <paramref name="path"/> with <paramref name="text"/>, UTF-8 without a byte-order mark.</summary>
    /// <exception cref="PromptKDException">As <see cref="Write"/>.</exception>
    public static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

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
}
