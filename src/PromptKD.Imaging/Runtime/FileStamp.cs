namespace PromptKD.Runtime;

/// <summary>What changes with a file's content: how long it is, and when it was last written.</summary>
/// <param name="Length">Bytes; 0 for a named pipe, a socket and a device as well.</param>
/// <param name="Ticks">Time of the last change, UTC, in units of 100 ns since the year 1.</param>
internal readonly record struct FileStamp(long Length, long Ticks)
{
    /// <summary>The stamp of a file, or of the one that a link leads to. Opens nothing.</summary>
    /// <exception cref="FileNotFoundException">There is no such file; also where a link leads nowhere.</exception>
    /// <exception cref="IOException">It is a folder, or links lead in a circle.</exception>
    /// <exception cref="UnauthorizedAccessException">Its folder may not be read.</exception>
    public static FileStamp Of(string path)
    {
        var file = new FileInfo(path);
        if (file.Exists && file.Attributes.HasFlag(FileAttributes.ReparsePoint))
        {
            // Of a link, .NET tells the length and time of the link itself.
            file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        }

        return file.Exists ? new FileStamp(file.Length, file.LastWriteTimeUtc.Ticks)
            : Directory.Exists(path) ? throw new IOException("not a regular file, but a folder")
            : throw new FileNotFoundException(LostName.IsOf(path) ? LostName.Reason : "no such file", path);
    }

    /// <summary>As <see cref="Of"/>; null where there is no such file, or nothing can be told of it.</summary>
    public static FileStamp? OfAny(string path)
    {
        try
        {
            return Of(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
