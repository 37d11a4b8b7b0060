using System.Globalization;
using System.Security.Cryptography;
using PromptKD.Models.Weights;
using PromptKD.Runtime;

namespace PromptKD.Features.Store;

/// <summary>
/// One file of a teacher store: the features of a run of pictures, float16, [pictures, views, embedding], with the
/// digest of their store and of their own bytes in the header.
/// </summary>
internal static class StoreShard
{
    private const string FeaturesName = "features";
    private const string StoreKey = "store";
    private const string ContentKey = "sha256";

    /// <summary>Path of a shard.</summary>
    public static string PathOf(string folder, int shard) => Path.Combine(
        folder, "shards", string.Create(CultureInfo.InvariantCulture, $"{shard:00000}.safetensors"));

    /// <summary>Writes a shard, whole or not at all.</summary>
    /// <param name="folder">The store.</param>
    /// <param name="shard">Number of the shard.</param>
    /// <param name="features">float16, [pictures, views, embedding].</param>
    /// <param name="storeDigest">As <see cref="StoreIndex.Digest"/>.</param>
    /// <exception cref="PromptKDException">The file cannot be written.</exception>
    public static void Write(string folder, int shard, Tensor features, string storeDigest) => SafetensorsFile.Write(
        PathOf(folder, shard),
        [KeyValuePair.Create(FeaturesName, features)],
        new Dictionary<string, string>
        {
            [StoreKey] = storeDigest,
            [ContentKey] = Convert.ToHexStringLower(SHA256.HashData(features.bytes)),
        });

    /// <summary>What is wrong with a shard, in words; null where nothing is.</summary>
    /// <param name="folder">The store.</param>
    /// <param name="shard">Number of the shard.</param>
    /// <param name="index">What the shard should be.</param>
    /// <param name="memory">
    /// Knows shards that were found whole and have not changed, of which only the header is read; learns the others.
    /// </param>
    public static string? FindFault(string folder, int shard, StoreIndex index, DigestMemory? memory = null)
    {
        string path = PathOf(folder, shard);
        if (!File.Exists(path))
        {
            return $"{path}: missing";
        }

        try
        {
            // Asked before the file is opened: what is read then is not older than what the memory took for it.
            string? known = memory?.Find(path, KeyOf(path));
            Dictionary<string, string> metadata = SafetensorsFile.ReadMetadata(path);
            using FileStream stream = RegularFile.Explain(path, file => RegularFile.Open(file));
            TensorEntry features = SafetensorsFile.ReadEntries(path, stream)[FeaturesName];
            return metadata.GetValueOrDefault(StoreKey) != index.Digest ? $"{path}: belongs to another store"
                : !features.Shape.SequenceEqual(ShapeOf(shard, index)) ? $"{path}: of another size"
                : metadata.GetValueOrDefault(ContentKey) != (known ?? ContentOf(path, features, memory))
                    ? $"{path}: damaged, its content is not what was written"
                    : null;
        }
        catch (Exception error) when (error is PromptKDException or KeyNotFoundException or IOException
            or UnauthorizedAccessException)
        {
            return $"{path}: damaged ({error.Message})";
        }
    }

    private static string ContentOf(string path, TensorEntry features, DigestMemory? memory)
    {
        using Tensor values = features.Read();
        string content = Convert.ToHexStringLower(SHA256.HashData(values.bytes));
        memory?.Remember(path, content, KeyOf(path));
        return content;
    }

    // What is remembered is the digest of the values, not of the file.
    private static string KeyOf(string path) => $"{path}#{FeaturesName}";

    private static long[] ShapeOf(int shard, StoreIndex index)
    {
        int first = shard * index.PicturesPerShard;
        return [Math.Min(index.PicturesPerShard, index.PictureCount - first), index.ViewCount, index.EmbeddingSize];
    }
}
