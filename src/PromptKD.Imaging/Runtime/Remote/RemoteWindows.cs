namespace PromptKD.Runtime.Remote;

/// <summary>
/// The parts of remote files that were read last. Who reads a file in its order, one small part behind the other, is
/// given them from larger ones; who jumps, gets what is asked for and no more.
/// </summary>
internal sealed class RemoteWindows
{
    private const int Ahead = 1 << 20;
    private const int Gap = 1 << 17;
    private const int MostKept = 32;

    private readonly Lock _lock = new();
    private readonly LinkedList<Window> _windows = [];

    /// <summary>Those of this process: at most 32, of 1 MiB or one picture each.</summary>
    public static RemoteWindows Shared { get; } = new();

    /// <summary>Reads a part.</summary>
    /// <param name="file">Its length is known.</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">How many; all lie in the file.</param>
    /// <param name="cancellation">Stops, also while it is waited for the server.</param>
    /// <exception cref="PromptKDException">It cannot be had, or the file is another than before.</exception>
    public ReadOnlyMemory<byte> Read(RemoteFile file, long offset, int length, CancellationToken cancellation)
    {
        (Window window, bool isNew) = Find(file, offset, length);
        if (isNew)
        {
            Fill(window, cancellation);
        }

        byte[] bytes = window.Bytes.Task.WaitAsync(cancellation).GetAwaiter().GetResult();
        return bytes.AsMemory((int)(offset - window.Start), length);
    }

    private (Window Window, bool IsNew) Find(RemoteFile file, long offset, int length)
    {
        lock (_lock)
        {
            bool follows = false;
            for (LinkedListNode<Window>? node = _windows.First; node is not null; node = node.Next)
            {
                Window known = node.Value;
                if (known.File == file && offset >= known.Start && offset + length <= known.End)
                {
                    _windows.Remove(node);
                    _windows.AddFirst(node);
                    return (known, false);
                }

                follows |= known.File == file && offset >= known.Start && offset <= known.End + Gap;
            }

            long end = offset + (follows ? Math.Max(length, Ahead) : length);
            var window = new Window(file, offset, Math.Min(end, file.Identity!.Length));
            _windows.AddFirst(window);
            if (_windows.Count > MostKept)
            {
                _windows.RemoveLast();
            }

            return (window, true);
        }
    }

    // Whoever waits for the same part hears of the failure, too; whoever asks later asks the server again.
    private void Fill(Window window, CancellationToken cancellation)
    {
        try
        {
            int length = (int)(window.End - window.Start);
            window.Bytes.SetResult(
                window.File.ReadAsync(window.Start, length, cancellation).GetAwaiter().GetResult());
        }
        catch (Exception error)
        {
            lock (_lock)
            {
                _windows.Remove(window);
            }

            window.Bytes.SetException(error);
            _ = window.Bytes.Task.Exception;
            throw;
        }
    }

    private sealed record Window(RemoteFile File, long Start, long End)
    {
        public TaskCompletionSource<byte[]> Bytes { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
