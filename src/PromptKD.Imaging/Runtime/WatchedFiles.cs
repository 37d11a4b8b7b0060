using System.Collections.Concurrent;

namespace PromptKD.Runtime;

/// <summary>
/// Files whose digests are written down, from when they are opened until all of them is in memory: one that changes
/// meanwhile would be named by a digest of what was not used. Threads may share it.
/// </summary>
internal sealed class WatchedFiles
{
    private readonly ConcurrentDictionary<string, FileStamp?> _stamps = new(StringComparer.Ordinal);

    /// <summary>Takes down what files are like now, unless that was done before.</summary>
    /// <remarks>To be called before they are hashed; for files that are opened before that, when they are.</remarks>
    public void Add(IEnumerable<string> files)
    {
        foreach (string file in files)
        {
            _stamps.TryAdd(file, FileStamp.OfAny(file));
        }
    }

    /// <summary>Refuses to go on with what was read from files that have changed.</summary>
    /// <exception cref="PromptKDException">One has, or is gone; the message names it.</exception>
    public void RefuseChanged()
    {
        (string? path, FileStamp? now) = _stamps.OrderBy(one => one.Key, StringComparer.Ordinal)
            .Select(one => (one.Key, Before: one.Value, Now: FileStamp.OfAny(one.Key)))
            .Where(one => one.Now != one.Before)
            .Select(one => (one.Key, one.Now))
            .FirstOrDefault();
        if (path is not null)
        {
            throw new PromptKDException(
                $"{path}: {(now is null ? "gone" : "changed")} while it was read, so what would be made is not of the "
                + "file that it names. Put it back as it was, or leave the new one as it is, and give the same command "
                + "again.");
        }
    }
}
