namespace PromptKD.Runtime;

/// <summary>
/// A file that grows while a run goes on: a log, curves. What is added is there at once, or the run is told that it is
/// not; closing it never throws.
/// </summary>
internal sealed class AppendedFile : IDisposable
{
    private readonly FileStream _stream;

    private AppendedFile(string path, FileStream stream)
    {
        Path = path;
        _stream = stream;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Opens a file behind its end; makes it, and its folder, where there is none.</summary>
    /// <exception cref="PromptKDException">It cannot be written.</exception>
    public static AppendedFile Open(string path)
    {
        FolderHold.RefuseGone(path);
        try
        {
            FolderHold.MakeFolderOf(path);

            // Unbuffered, so that a full disk shows where something is added, not where the file is closed.
            return new AppendedFile(
                path, new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0));
        }
        catch (Exception error) when (WriteFault.Is(error))
        {
            throw WriteFault.Of(path, error);
        }
    }

    /// <summary>Adds bytes: all, or as if none had been written.</summary>
    /// <exception cref="PromptKDException">The disk is full, or the folder has gone.</exception>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        FolderHold.RefuseGone(Path);
        long end = _stream.Position;
        try
        {
            _stream.Write(bytes);
        }
        catch (Exception error) when (WriteFault.Is(error))
        {
            CutQuietly(end);
            throw WriteFault.Of(Path, error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    // A line of which only half fits would stand before the first line of the run that goes on.
    private void CutQuietly(long end)
    {
        try
        {
            _stream.SetLength(end);
            _stream.Position = end;
        }
        catch (Exception error) when (WriteFault.Is(error) || error is NotSupportedException)
        {
            // A device, or a disk that takes nothing at all.
        }
    }
}
