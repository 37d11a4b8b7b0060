using PromptKD.Runtime;

namespace PromptKD.Data.Pictures;

/// <summary>
/// Hashing of pictures by processes that work together: each reads its part, and tells the others what it found, by
/// path, size and time of change. Where they see other files than it does, they read for themselves.
/// </summary>
internal static class SharedHashing
{
    /// <summary>
    /// Lets the memory of each process know the digests of all pictures that can be read, so that whoever asks for
    /// their digest finds it. All processes make this call, also one that has no pictures.
    /// </summary>
    /// <param name="work">The processes.</param>
    /// <param name="root">As for <see cref="PictureDigest.Compute"/>.</param>
    /// <param name="items">The pictures, as this process lists them.</param>
    /// <param name="memory">Learns.</param>
    /// <param name="observer">Is told that it begins, and how far this process's part is.</param>
    /// <param name="cancellation">Stops between files.</param>
    /// <exception cref="OperationCanceledException">
    /// It was stopped. The others are told what was found until then.
    /// </exception>
    public static void Learn(
        ISharedWork work,
        string root,
        IReadOnlyList<PictureItem> items,
        DigestMemory memory,
        IRunObserver observer,
        CancellationToken cancellation)
    {
        // Neighbours: pictures of one archive are read by one process.
        (int start, int count) = work.Share.RowsOf(items.Count);
        observer.OnPhase($"Hashing {Counted.Of(items.Count, "picture")}, each of {work.Share.Size} processes a part");
        var progress = new HashingProgress(observer, TimeProvider.System);
        memory.Collect();
        try
        {
            PictureDigest.Compute(
                root, [.. items.Skip(start).Take(count)], memory, checks: true, progress.Report, cancellation);
        }
        finally
        {
            foreach (byte[] collected in work.Gather(memory.TakeCollected()))
            {
                memory.TakeOver(collected);
            }
        }
    }
}
