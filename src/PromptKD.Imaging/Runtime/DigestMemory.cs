using System.Collections.Concurrent;
using System.Text;
using PromptKD.Runtime.Remote;

namespace PromptKD.Runtime;

/// <summary>
/// Digests of files that were computed before, each for as long as the file has the size and time of change that it had
/// then; kept in a <see cref="DigestTable"/>. Threads may share it.
/// </summary>
/// <example>
/// <code>
/// if (memory.Find(file) is not { } digest)
/// {
///     digest = Hash(file);
///     memory.Remember(file, digest);
/// }
/// </code>
/// </example>
internal sealed class DigestMemory
{
    // File systems tell times in steps of up to 2 s: whatever changes within one of them keeps its time.
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(2);

    private readonly string? _path;
    private readonly bool _isReadOnly;
    private readonly ConcurrentDictionary<string, RememberedDigest> _known;
    private readonly ConcurrentDictionary<string, Beginning> _begun = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Written> _written = new(StringComparer.Ordinal);
    private readonly Lock _saving = new();
    private ConcurrentQueue<string>? _collected;
    private volatile bool _isChanged;

    private DigestMemory(string? path, ConcurrentDictionary<string, RememberedDigest> known, bool isReadOnly)
    {
        _path = path;
        _known = known;
        _isReadOnly = isReadOnly;
    }

    /// <summary>Remembers nothing.</summary>
    public static DigestMemory None =>
        new(path: null, new ConcurrentDictionary<string, RememberedDigest>(), isReadOnly: true);

    /// <summary>The models and the like that are hashed with it, while they are in use.</summary>
    public WatchedFiles Watched { get; } = new();

    /// <summary>Opens a memory. One that is missing, damaged or may not be read is begun anew.</summary>
    /// <param name="path">The text file.</param>
    /// <param name="isReadOnly">Whether nothing can be written there: what is learned is forgotten again.</param>
    public static DigestMemory Open(string path, bool isReadOnly = false) =>
        new(path, DigestTable.Read(path), isReadOnly);

    /// <summary>
    /// The digest of a file, if it is known and the file has not changed. If not, what
    /// <see cref="Remember(string, string, string?)"/> is told next belongs to the file as it is now.
    /// </summary>
    /// <param name="file">The file, whose size and time of change count.</param>
    /// <param name="key">The full path of what has the digest: a part of the file; null for the file itself.</param>
    public string? Find(string file, string? key = null) => Find(() => FileStamp.OfAny(file), key ?? file);

    /// <summary>As the shorter form, of what lies in a file, or on a server.</summary>
    /// <param name="stampOf">What changes with it; gives null where nothing tells.</param>
    /// <param name="key">Its path or address.</param>
    public string? Find(Func<FileStamp?> stampOf, string key)
    {
        if (_path is null || stampOf() is not { } stamp)
        {
            return null;
        }

        string full = FullOf(key);
        if (_known.TryGetValue(full, out RememberedDigest? entry) && entry.Stamp == stamp)
        {
            return entry.Digest;
        }

        // Where two threads hash the same file, the earlier stamp stays: it has to hold at the end for both.
        _begun.TryAdd(full, new Beginning(stamp, DateTime.UtcNow));
        return null;
    }

    /// <summary>
    /// Keeps a digest that was computed behind <see cref="Find(string, string?)"/>; not that of a file that has changed
    /// since, or less than 2 s before.
    /// </summary>
    /// <param name="file">As for <see cref="Find(string, string?)"/>.</param>
    /// <param name="digest">SHA-256, 64 lower-case hexadecimal digits; something without tabs may stand before.</param>
    /// <param name="key">As for <see cref="Find(string, string?)"/>.</param>
    public void Remember(string file, string digest, string? key = null) =>
        Remember(() => FileStamp.OfAny(file), digest, key ?? file);

    /// <summary>As the shorter form, of what lies in a file, or on a server.</summary>
    /// <param name="stampOf">As for <see cref="Find(Func{FileStamp?}, string)"/>.</param>
    /// <param name="digest">As for the shorter form.</param>
    /// <param name="key">As for <see cref="Find(Func{FileStamp?}, string)"/>.</param>
    public void Remember(Func<FileStamp?> stampOf, string digest, string key)
    {
        if (_path is null)
        {
            return;
        }

        string full = FullOf(key);
        if (_begun.TryRemove(full, out Beginning? begun)
            && begun.Stamp.Ticks < (begun.Time - s_settled).Ticks
            && stampOf() == begun.Stamp
            && DigestTable.IsDigest(digest)
            && !full.AsSpan().ContainsAny('\n', '\r'))
        {
            Learn(full, new RememberedDigest(begun.Stamp, digest));
        }
    }

    /// <summary>
    /// Keeps the digest of a file that this process has written just now; from the first <see cref="Save"/> on that
    /// finds it unchanged and more than 2 s old.
    /// </summary>
    /// <param name="file">As for <see cref="Find(string, string?)"/>.</param>
    /// <param name="digest">As for <see cref="Remember(string, string, string?)"/>.</param>
    /// <param name="key">As for <see cref="Find(string, string?)"/>.</param>
    public void RememberWritten(string file, string digest, string key)
    {
        if (_path is not null && DigestTable.IsDigest(digest) && FileStamp.OfAny(file) is { } stamp)
        {
            _written[FullOf(key)] = new Written(file, new RememberedDigest(stamp, digest));
        }
    }

    /// <summary>Begins to collect what is learned from now on, for another process.</summary>
    public void Collect() => _collected = [];

    /// <summary>
    /// What was learned since <see cref="Collect"/>, for <see cref="TakeOver"/>. Ends the collecting.
    /// </summary>
    public byte[] TakeCollected()
    {
        string[] paths = [.. (_collected ?? []).Distinct()];
        _collected = null;
        using var stream = new MemoryStream();
        DigestTable.Write(stream, paths.Select(path => KeyValuePair.Create(path, _known[path])));
        return stream.ToArray();
    }

    /// <summary>
    /// Knows from now on what another process has learned: where it sees the same files, nothing is hashed twice.
    /// </summary>
    /// <param name="collected">As <see cref="TakeCollected"/> gives it.</param>
    public void TakeOver(byte[] collected)
    {
        var others = new ConcurrentDictionary<string, RememberedDigest>(StringComparer.Ordinal);
        if (_path is not null && DigestTable.Read(Encoding.UTF8.GetString(collected).Split('\n')[..^1], others))
        {
            foreach ((string path, RememberedDigest entry) in others)
            {
                Learn(path, entry);
            }
        }
    }

    /// <summary>
    /// Writes the text file, if anything was remembered since it was opened or saved. What another process has written
    /// there meanwhile stays in it.
    /// </summary>
    /// <exception cref="PromptKDException">It cannot be written. The old file stands.</exception>
    public void Save()
    {
        lock (_saving)
        {
            SettleWritten();
            if (_path is null || _isReadOnly || !_isChanged)
            {
                return;
            }

            _isChanged = false;
            foreach ((string path, RememberedDigest entry) in DigestTable.Read(_path))
            {
                _known.TryAdd(path, entry);
            }

            KeyValuePair<string, RememberedDigest>[] entries = _known.ToArray();
            Array.Sort(entries, (one, other) => string.CompareOrdinal(one.Key, other.Key));
            WholeFile.Write(_path, stream => DigestTable.Write(stream, entries));
        }
    }

    private void SettleWritten()
    {
        foreach ((string path, Written written) in _written)
        {
            if (written.Entry.Stamp.Ticks < (DateTime.UtcNow - s_settled).Ticks && _written.TryRemove(path, out _)
                && FileStamp.OfAny(written.File) == written.Entry.Stamp)
            {
                Learn(path, written.Entry);
            }
        }
    }

    private void Learn(string path, RememberedDigest entry)
    {
        _known[path] = entry;
        _collected?.Enqueue(path);
        _isChanged = true;
    }

    private static string FullOf(string key) => RemoteAddress.IsRemote(key) ? key : Path.GetFullPath(key);

    /// <summary>A file that this process wrote, as it was then.</summary>
    private sealed record Written(string File, RememberedDigest Entry);

    /// <summary>A file that is being hashed: its stamp, and when that was taken.</summary>
    private sealed record Beginning(FileStamp Stamp, DateTime Time);
}
