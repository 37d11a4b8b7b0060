using PromptKD.Runtime.Remote;

namespace PromptKD.Data.Shards;

/// <summary>Which files are shards, by their name.</summary>
internal static class ShardFiles
{
    /// <summary>Row groups of parquet files that are kept in memory, bytes.</summary>
    private const long CacheBytes = 512L << 20;

    /// <summary>The kinds of file that are read, for messages.</summary>
    public const string KnownKinds = ".parquet, .tar";

    /// <summary>Whether a path ends like a shard's.</summary>
    public static bool IsShard(string path) => HasExtension(path, ".tar") || HasExtension(path, ".parquet");

    /// <summary>Opens shards.</summary>
    /// <param name="paths">Files that <see cref="IsShard"/> accepts; all or none of them on servers.</param>
    /// <param name="keepsLabels">Whether labels are wanted, too.</param>
    /// <param name="stop">Stops between blocks; of parquet files, also while pictures are read later.</param>
    /// <exception cref="PromptKDException">One cannot be read, or holds no column of pictures.</exception>
    public static IReadOnlyList<IShard> Open(IReadOnlyList<string> paths, bool keepsLabels, CancellationToken stop)
    {
        if (paths.Any(RemoteAddress.IsRemote))
        {
            return RemoteShards.Open(paths, keepsLabels, stop);
        }

        var cache = new RowGroupCache(CacheBytes);
        return
        [
            .. paths.Select(path =>
                HasExtension(path, ".tar")
                    ? TarShard.Open(path, stop)
                    : (IShard)ParquetShard.Open(path, cache, stop)),
        ];
    }

    private static bool HasExtension(string path, string extension) =>
        path.EndsWith(extension, StringComparison.OrdinalIgnoreCase);
}
