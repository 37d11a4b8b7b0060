using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using PromptKD.Data.Decoding;
using PromptKD.Runtime;

namespace PromptKD.Data.Pictures;

/// <summary>Tells sets of pictures apart: by relative path, size and content of each, in order.</summary>
/// <param name="Digest">
/// SHA-256 over one line a picture (path with '/', bytes, SHA-256 of the content; or path, "unreadable"), in
/// hexadecimal.
/// </param>
/// <param name="List">The lines that the digest is of.</param>
/// <param name="Unreadable">The pictures that cannot be read, by their place among all, in order.</param>
internal sealed record PictureDigest(
    string Digest, PictureList List, IReadOnlyList<KeyValuePair<int, SkippedPicture>> Unreadable)
{
    private const string UnreadableWord = "unreadable";

    /// <summary>What each picture's file was like before it was read; null of one that cannot be.</summary>
    public IReadOnlyList<FileStamp?> Stamps { get; private init; } = [];

    /// <summary>Reads pictures, several at a time, but not those whose digest is remembered.</summary>
    /// <param name="root">The folder or shard that paths are taken relative to.</param>
    /// <param name="items">The pictures.</param>
    /// <param name="memory">Knows digests of files that have not changed, and learns those of the others.</param>
    /// <param name="checks">
    /// Whether each picture is decoded, too: one that cannot be is unreadable, but its bytes still count. What was
    /// found whole is remembered.
    /// </param>
    /// <param name="progress">Told after each picture, by any thread: how many are done, and of how many.</param>
    /// <param name="cancellation">Stops between files.</param>
    public static PictureDigest Compute(
        string root,
        IReadOnlyList<PictureItem> items,
        DigestMemory memory,
        bool checks,
        Action<int, int>? progress,
        CancellationToken cancellation)
    {
        string[] lines = new string[items.Count];
        var stamps = new FileStamp?[items.Count];
        var unreadable = new ConcurrentDictionary<int, SkippedPicture>();
        int done = 0;
        ForEach(items.Count, index =>
        {
            PictureItem item = items[index];
            string path = OneLine(item.NameFrom(root));
            try
            {
                stamps[index] = item.Bytes.IsInFile ? FileStamp.OfAny(item.Bytes.Path) : null;
                (string content, string? fault) = ContentOf(item, memory, checks);
                lines[index] = $"{path}\t{content}";
                if (fault is not null)
                {
                    unreadable[index] = new SkippedPicture(item.Path, fault);
                }
            }
            catch (Exception error) when (SkippedPicture.ReasonOf(error) is not null)
            {
                stamps[index] = null;
                lines[index] = $"{path}\t{UnreadableWord}";
                unreadable[index] = new SkippedPicture(item.Path, SkippedPicture.ReasonOf(error)!);
            }

            progress?.Invoke(Interlocked.Increment(ref done), items.Count);
        }, cancellation);
        var list = PictureList.Of(lines);
        return new PictureDigest(list.Digest, list, [.. unreadable.OrderBy(picture => picture.Key)])
        {
            Stamps = stamps,
        };
    }

    /// <summary>SHA-256 of a picture's content in its line; null where it could not be read.</summary>
    public static string? ContentIn(string line) =>
        line[(line.LastIndexOf('\t') + 1)..] is var content && content != UnreadableWord ? content : null;

    /// <summary>Works on 0 … count − 1 with all processors. What one of them throws comes out as it is.</summary>
    internal static void ForEach(int count, Action<int> work, CancellationToken cancellation)
    {
        if (count == 0)
        {
            return;
        }

        try
        {
            Parallel.ForEach(
                Partitioner.Create(0, count),
                new ParallelOptions { CancellationToken = cancellation },
                range =>
                {
                    for (int index = range.Item1; index < range.Item2; index++)
                    {
                        cancellation.ThrowIfCancellationRequested();
                        work(index);
                    }
                });
        }
        catch (AggregateException errors)
        {
            Exception[] all = [.. errors.Flatten().InnerExceptions];
            ExceptionDispatchInfo.Throw(Array.Find(all, error => error is not OperationCanceledException) ?? all[0]);
        }
    }

    /// <summary>Bytes and SHA-256 of a picture, with a tab between them; and why it cannot be decoded, if so.</summary>
    private static (string Content, string? Fault) ContentOf(PictureItem item, DigestMemory memory, bool checks)
    {
        // An archive may hold two files of one name.
        string key = item.Bytes switch
        {
            FileBytes { Length: not null } part =>
                string.Create(CultureInfo.InvariantCulture, $"{item.Path}@{part.Offset}"),
            RemoteBytes part => string.Create(CultureInfo.InvariantCulture, $"{item.Path}@{part.Offset}"),
            _ => item.Path,
        };
        string mark = checks ? $":{PictureCheck.Version}" : "";
        if (memory.Find(item.Bytes.FindStamp, key)?.Split(':') is [string bytes, .., string known] parts
            && (!checks || parts is [_, PictureCheck.Version, _]))
        {
            return ($"{bytes}\t{known}", null);
        }

        (int length, string sha256, string? fault) = item.Bytes.Use(bytes => bytes.IsEmpty
            ? throw new InvalidDataException("the file is empty")
            : (bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)), checks ? FaultOf(bytes) : null));
        if (fault is null)
        {
            memory.Remember(
                item.Bytes.FindStamp, string.Create(CultureInfo.InvariantCulture, $"{length}{mark}:{sha256}"), key);
        }

        return (string.Create(CultureInfo.InvariantCulture, $"{length}\t{sha256}"), fault);
    }

    // A file may be called anything, but each has one line.
    private static string OneLine(string path) => path.AsSpan().ContainsAny('\n', '\r')
        ? path.Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal)
        : path;

    private static string? FaultOf(ReadOnlySpan<byte> file)
    {
        try
        {
            PictureCheck.Refuse(file);
            return null;
        }
        catch (InvalidDataException error)
        {
            return error.Message;
        }
    }
}
