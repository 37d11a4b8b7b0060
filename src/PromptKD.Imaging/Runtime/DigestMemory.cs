using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PromptKD.Runtime.Remote;

namespace PromptKD.Runtime;

/// <summary>
/// Digests of files that were computed before, each for as long as the file has the size and time of change that it had
/// then. A text file, a line a file: size in bytes, ticks of the change (UTC), digest, full path; between tabs, in the
/// ordinal order of the paths; then a line with the SHA-256 of all before it. Threads may share it.
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
    private const int HashDigits = 64;
    private const string CheckMark = "sha256\t";

    // File systems tell times in steps of up to 2 s: whatever changes within one of them keeps its time.
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(2);

    private static readonly SearchValues<char> s_hexadecimal = SearchValues.Create("0123456789abcdef");

    private readonly string? _path;
    private readonly bool _isReadOnly;
    private readonly ConcurrentDictionary<string, Entry> _known;
    private readonly ConcurrentDictionary<string, Beginning> _begun = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Written> _written = new(StringComparer.Ordinal);
    private readonly Lock _saving = new();
    private ConcurrentQueue<string>? _collected;
    private volatile bool _isChanged;

    private DigestMemory(string? path, ConcurrentDictionary<string, Entry> known, bool isReadOnly)
    {
        _path = path;
        _known = known;
        _isReadOnly = isReadOnly;
    }

    /// <summary>Remembers nothing.</summary>
    public static DigestMemory None => new(path: null, new ConcurrentDictionary<string, Entry>(), isReadOnly: true);

    /// <summary>The models and the like that are hashed with it, while they are in use.</summary>
    public WatchedFiles Watched { get; } = new();

    /// <summary>Opens a memory. One that is missing, damaged or may not be read is begun anew.</summary>
    /// <param name="path">The text file.</param>
    /// <param name="isReadOnly">Whether nothing can be written there: what is learned is forgotten again.</param>
    public static DigestMemory Open(string path, bool isReadOnly = false) => new(path, Read(path), isReadOnly);

    /// <summary>
    /// The digest of a file, if it is known and the file has not changed. If not, what
    /// <see cref="Remember(string, string, string?)"/> is told
    /// next belongs to the file as it is now.
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
        if (_known.TryGetValue(full, out Entry? entry) && entry.Stamp == stamp)
        {
            return entry.Digest;
        }

        // Where two threads hash the same file, the earlier stamp stays: it has to hold at the end for both.
        _begun.TryAdd(full, new Beginning(stamp, DateTime.UtcNow));
        return null;
    }

    /// <summary>
    /// Keeps a digest that was computed behind <see cref="Find(string, string?)"/>; not that of a file that has changed
    /// since, or less
    /// than 2 s before.
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
            && IsDigest(digest)
            && !full.AsSpan().ContainsAny('\n', '\r'))
        {
            Learn(full, new Entry(begun.Stamp, digest));
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
        if (_path is not null && IsDigest(digest) && FileStamp.OfAny(file) is { } stamp)
        {
            _written[FullOf(key)] = new Written(file, new Entry(stamp, digest));
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
        Write(stream, paths.Select(path => KeyValuePair.Create(path, _known[path])));
        return stream.ToArray();
    }

    /// <summary>
    /// Knows from now on what another process has learned: where it sees the same files, nothing is hashed twice.
    /// </summary>
    /// <param name="collected">As <see cref="TakeCollected"/> gives it.</param>
    public void TakeOver(byte[] collected)
    {
        var others = new ConcurrentDictionary<string, Entry>(StringComparer.Ordinal);
        if (_path is not null && Read(Encoding.UTF8.GetString(collected).Split('\n')[..^1], others))
        {
            foreach ((string path, Entry entry) in others)
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
            foreach ((string path, Entry entry) in Read(_path))
            {
                _known.TryAdd(path, entry);
            }

            KeyValuePair<string, Entry>[] entries = _known.ToArray();
            Array.Sort(entries, (one, other) => string.CompareOrdinal(one.Key, other.Key));
            WholeFile.Write(_path, stream => Write(stream, entries));
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

    private void Learn(string path, Entry entry)
    {
        _known[path] = entry;
        _collected?.Enqueue(path);
        _isChanged = true;
    }

    private static string FullOf(string key) => RemoteAddress.IsRemote(key) ? key : Path.GetFullPath(key);

    private static void Write(Stream stream, IEnumerable<KeyValuePair<string, Entry>> entries)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), bufferSize: 1 << 16, leaveOpen: true);
        foreach ((string path, Entry entry) in entries)
        {
            string line = string.Create(
                CultureInfo.InvariantCulture, $"{entry.Stamp.Length}\t{entry.Stamp.Ticks}\t{entry.Digest}\t{path}\n");
            hash.AppendData(Encoding.UTF8.GetBytes(line));
            writer.Write(line);
        }

        writer.Write($"{CheckMark}{Convert.ToHexStringLower(hash.GetHashAndReset())}\n");
    }

    private static ConcurrentDictionary<string, Entry> Read(string path)
    {
        var known = new ConcurrentDictionary<string, Entry>(StringComparer.Ordinal);
        try
        {
            if (File.Exists(path) && !Read(RegularFile.ReadLines(path), known))
            {
                known.Clear();
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            known.Clear();
        }

        return known;
    }

    // False where the file is damaged, or somebody has changed it: a wrong digest must not be taken for a right one.
    private static bool Read(IEnumerable<string> lines, ConcurrentDictionary<string, Entry> known)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        bool isWhole = false;
        foreach (string line in lines)
        {
            if (isWhole)
            {
                return false;
            }

            if (line.StartsWith(CheckMark, StringComparison.Ordinal))
            {
                isWhole = line.AsSpan(CheckMark.Length).SequenceEqual(Convert.ToHexStringLower(hash.GetHashAndReset()));
            }
            else if (Parse(line) is not { } entry || !known.TryAdd(entry.Key, entry.Value))
            {
                return false;
            }
            else
            {
                hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
            }
        }

        return isWhole;
    }

    private static KeyValuePair<string, Entry>? Parse(string line)
    {
        string[] columns = line.Split('\t', 4);
        return columns.Length == 4
            && long.TryParse(columns[0], NumberStyles.None, CultureInfo.InvariantCulture, out long length)
            && long.TryParse(columns[1], NumberStyles.None, CultureInfo.InvariantCulture, out long ticks)
            && IsDigest(columns[2])
            ? KeyValuePair.Create(columns[3], new Entry(new FileStamp(length, ticks), columns[2]))
            : null;
    }

    private static bool IsDigest(string text) =>
        text.Length >= HashDigits
        && !text.AsSpan(text.Length - HashDigits).ContainsAnyExcept(s_hexadecimal)
        && !text.AsSpan().ContainsAny('\t', '\n', '\r');

    private sealed record Entry(FileStamp Stamp, string Digest);

    /// <summary>A file that this process wrote, as it was then.</summary>
    private sealed record Written(string File, Entry Entry);

    /// <summary>A file that is being hashed: its stamp, and when that was taken.</summary>
    private sealed record Beginning(FileStamp Stamp, DateTime Time);
}
