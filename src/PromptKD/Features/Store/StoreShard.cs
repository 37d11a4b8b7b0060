using System.Globalization;
using System.Security.Cryptography;
using PromptKD.Models.Weights;

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
    public static string? FindFault(string folder, int shard, StoreIndex index)
    {
        string path = PathOf(folder, shard);
        if (!File.Exists(path))
        {
            return $"{path}: missing";
        }

        try
        {
            using DisposeScope scope = NewDisposeScope();
            Dictionary<string, string> metadata = SafetensorsFile.ReadMetadata(path);
            Tensor features = SafetensorsFile.Read(path)[FeaturesName];
            return metadata.GetValueOrDefault(StoreKey) != index.Digest ? $"{path}: belongs to another store"
                : !features.shape.SequenceEqual(ShapeOf(shard, index)) ? $"{path}: of another size"
                : metadata.GetValueOrDefault(ContentKey) != Convert.ToHexStringLower(SHA256.HashData(features.bytes))
                    ? $"{path}: damaged, its content is not what was written"
                    : null;
        }
        catch (Exception error) when (error is PromptKDException or KeyNotFoundException)
        {
            return $"{path}: damaged ({error.Message})";
        }
    }

    private static long[] ShapeOf(int shard, StoreIndex index)
    {
        int first = shard * index.PicturesPerShard;
        return [Math.Min(index.PicturesPerShard, index.PictureCount - first), index.ViewCount, index.EmbeddingSize];
    }
}
