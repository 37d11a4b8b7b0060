using System.Globalization;
using PromptKD.Models.Weights;
using PromptKD.Runtime;

namespace PromptKD.Features.Store;

/// <summary>
/// One file of a teacher store: the features of a run of pictures, float16, [pictures, views, embedding], with the
/// digest of their store and their place in it in the header; sealed.
/// </summary>
internal static class StoreShard
{
    private const string FeaturesName = "features";
    private const string StoreKey = "store";
    private const string ShardKey = "shard";

    /// <summary>Path of a shard.</summary>
    public static string PathOf(string folder, int shard) => Path.Combine(
        FolderOf(folder), string.Create(CultureInfo.InvariantCulture, $"{shard:00000}.safetensors"));

    /// <summary>Folder of a store's shards.</summary>
    public static string FolderOf(string folder) => Path.Combine(folder, "shards");

    /// <summary>Writes a shard, whole or not at all.</summary>
    /// <param name="folder">The store.</param>
    /// <param name="shard">Number of the shard.</param>
    /// <param name="features">float16, [pictures, views, embedding].</param>
    /// <param name="storeDigest">As <see cref="StoreIndex.Digest"/>.</param>
    /// <param name="memory">Learns its digest, so that it need not be read again; null for nobody.</param>
    /// <exception cref="PromptKDException">The file cannot be written.</exception>
    public static void Write(
        string folder, int shard, Tensor features, string storeDigest, DigestMemory? memory = null)
    {
        string path = PathOf(folder, shard);
        string digest = SealedTensors.Write(
            path,
            [KeyValuePair.Create(FeaturesName, features)],
            [new(StoreKey, storeDigest), new(ShardKey, shard.ToString(CultureInfo.InvariantCulture))]);
        memory?.RememberWritten(path, digest, KeyOf(path));
    }

    /// <summary>What is wrong with a shard, in words; null where nothing is.</summary>
    /// <param name="folder">The store.</param>
    /// <param name="shard">Number of the shard.</param>
    /// <param name="index">What the shard should be.</param>
    /// <param name="memory">
    /// Knows shards that were found whole and have not changed, of which only the header is read; learns the others.
    /// </param>
    /// <exception cref="PromptKDException">It may not be read: nobody knows whether anything is wrong.</exception>
    public static string? FindFault(string folder, int shard, StoreIndex index, DigestMemory? memory = null) =>
        FindFault(folder, shard, index, path => memory?.Find(path, KeyOf(path)) ?? ContentOf(path, memory));

    /// <summary>As the other form, of the header and the length alone: the content is not read.</summary>
    public static string? FindHeaderFault(string folder, int shard, StoreIndex index) =>
        FindFault(folder, shard, index, contentOf: null);

    private static string? FindFault(string folder, int shard, StoreIndex index, Func<string, string>? contentOf)
    {
        string path = PathOf(folder, shard);
        try
        {
            if (!File.Exists(path))
            {
                _ = File.GetAttributes(path); // Of a folder that may not be entered, Exists says no as well.
            }

            // Asked before the file is opened: what is read then is not older than what the memory took for it.
            string? content = contentOf?.Invoke(path);
            Dictionary<string, string> metadata = SafetensorsFile.ReadMetadata(path);
            if (content is not null && metadata.GetValueOrDefault(SealedTensors.Key) != content)
            {
                return $"{path}: damaged, its content is not what was written";
            }

            using FileStream stream = RegularFile.Explain(path, file => RegularFile.Open(file));
            TensorEntry features = SafetensorsFile.ReadEntries(path, stream)[FeaturesName];
            return metadata.GetValueOrDefault(StoreKey) != index.Digest ? $"{path}: belongs to another store"
                : metadata.GetValueOrDefault(ShardKey) != shard.ToString(CultureInfo.InvariantCulture)
                    ? $"{path}: another shard of this store"
                : !features.Shape.SequenceEqual(ShapeOf(shard, index)) || features.Type != ScalarType.Float16
                    ? $"{path}: of another size"
                    : null;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return $"{path}: missing";
        }
        catch (Exception error) when (DeniedBy(error) is not null)
        {
            throw new PromptKDException(
                $"{path}: {RegularFile.ReasonOf(DeniedBy(error)!)}. Give it (chmod), or read the store as who made it.",
                error);
        }
        catch (Exception error) when (error is PromptKDException or KeyNotFoundException or IOException)
        {
            return $"{path}: damaged ({error.Message})";
        }
    }

    private static UnauthorizedAccessException? DeniedBy(Exception error) =>
        error as UnauthorizedAccessException ?? error.InnerException as UnauthorizedAccessException;

    private static string ContentOf(string path, DigestMemory? memory)
    {
        string content = SealedTensors.Compute(path);
        memory?.Remember(path, content, KeyOf(path));
        return content;
    }

    // What is remembered is the digest without its own digits, not that of the file.
    private static string KeyOf(string path) => $"{path}#{SealedTensors.Key}";

    private static long[] ShapeOf(int shard, StoreIndex index) =>
        [index.PicturesOf(shard).Count, index.ViewCount, index.EmbeddingSize];
}
