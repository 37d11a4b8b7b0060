namespace PromptKD.Runtime;

/// <summary>Lets one process at a time do something, by holding a file open that no one else may open.</summary>
internal static class FileLock
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Waits until nobody else holds the file, and holds it until the stream is disposed or the process ends. The
    /// file itself stays: to delete it would let a process that waits for it run beside one that makes it anew.
    /// </summary>
    /// <exception cref="IOException">The file cannot be made, for another reason than that it is held.</exception>
    public static async Task<FileStream> TakeAsync(string path, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException error) when (IsHeld(error))
            {
                await Task.Delay(s_interval, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>ERROR_SHARING_VIOLATION on Windows; EWOULDBLOCK of flock on Linux (11) and macOS (35).</summary>
    public static bool IsHeld(IOException error) =>
        OperatingSystem.IsWindows() ? (error.HResult & 0xFFFF) == 32 : error.HResult is 11 or 35;
}
