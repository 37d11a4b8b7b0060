using System.Globalization;
using PromptKD.Models.Weights;
using PromptKD.Runtime;

namespace PromptKD.Features.Store;

/// <summary>
/// A folder of teacher features: <c>index.json</c>, <c>shards/</c>, and <c>class_vectors/</c>. Any number of processes
/// may fill it at the same time; what is done is never done again.
/// </summary>
internal sealed class TeacherStore
{
    private const string VectorsName = "class_vectors";
    private const string ScaleKey = "logit_scale";
    private const string BiasKey = "logit_bias";
    private const string VocabularyKey = "vocabulary";
    private const string NameKey = "key";

    private TeacherStore(string folder, StoreIndex index)
    {
        Folder = folder;
        Index = index;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>What its features were made from.</summary>
    public StoreIndex Index { get; }

    /// <summary>
    /// Shards of a part that are missing or damaged, by number. Reads those that are there and not in the memory.
    /// </summary>
    /// <exception cref="PromptKDException">One may not be read.</exception>
    public IReadOnlyList<int> ShardsToMake(
        StorePart part, DigestMemory? memory = null, CancellationToken stop = default) =>
    [
        .. Enumerable.Range(0, Index.ShardCount)
            .Where(shard => shard % part.Count == part.Index && FindFault(shard, memory, stop) is not null),
    ];

    /// <summary>
    /// How many shards are missing, of all. Reads their headers only: one whose content is damaged counts as there.
    /// </summary>
    public int CountMissing() =>
        Enumerable.Range(0, Index.ShardCount).Count(
            shard => StoreShard.FindHeaderFault(Folder, shard, Index) is not null);

    /// <summary>Whether there is a store in a folder.</summary>
    public static bool IsBegun(string folder) => File.Exists(Path.Combine(folder, StoreIndex.FileName));

    /// <summary>Removes a store with all that it holds.</summary>
    /// <exception cref="PromptKDException">The folder is not writable.</exception>
    public static void Remove(string folder) => WholeFile.RemoveFolder(folder);

    /// <summary>Opens a store that is there.</summary>
    /// <exception cref="PromptKDException">There is none.</exception>
    public static TeacherStore Open(string folder) => new(folder, StoreIndex.Read(folder));

    /// <summary>
    /// Opens a store that this very index made, or begins one. Of processes that begin at the same time one writes the
    /// index; it stands, and the others have to fit it.
    /// </summary>
    /// <exception cref="PromptKDException">
    /// The folder holds a store of something else; the message says what differs.
    /// </exception>
    public static TeacherStore OpenOrBegin(string folder, StoreIndex index)
    {
        string path = Path.Combine(folder, StoreIndex.FileName);
        if (File.Exists(path) || !WholeFile.TryCreateText(path, index.ToJson()))
        {
            StoreIndex.Read(folder).RefuseOther(folder, index);
        }

        return new TeacherStore(folder, index);
    }

    /// <summary>Everything that is missing or damaged, one line each; shards in the memory are not read.</summary>
    public IEnumerable<string> Check(DigestMemory? memory = null, CancellationToken stop = default) =>
        Enumerable.Range(0, Index.ShardCount).Select(shard => FindFault(shard, memory, stop)).OfType<string>();

    /// <summary>As <see cref="Check"/>, of all shards, read by several threads.</summary>
    /// <param name="threads">How many; each has a shard in memory.</param>
    /// <param name="stop">Stops between shards.</param>
    /// <returns>What is missing or damaged, or may not be read.</returns>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public IReadOnlyList<string> CheckBeside(int threads, CancellationToken stop)
    {
        string?[] faults = new string?[Index.ShardCount];
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = stop };
        Parallel.For(0, faults.Length, options, shard =>
        {
            try
            {
                faults[shard] = FindFault(shard, memory: null, CancellationToken.None);
            }
            catch (PromptKDException notReadable)
            {
                faults[shard] = notReadable.InWords;
            }
        });
        return [.. faults.OfType<string>()];
    }

    /// <summary>
    /// Takes over shards and class vectors that are missing or damaged here from another store of the same index.
    /// </summary>
    /// <param name="other">Whose files are copied; those that are damaged there are passed over.</param>
    /// <param name="stop">Stops between shards; what was copied stays.</param>
    /// <exception cref="PromptKDException">
    /// The other store was made from something else, or nothing can be written here.
    /// </exception>
    public void TakeFrom(TeacherStore other, CancellationToken stop)
    {
        Index.RefuseOther(Folder, other.Index);
        foreach (int shard in ShardsToMake(StorePart.Whole, stop: stop))
        {
            if (other.FindFault(shard, memory: null, stop) is null)
            {
                WholeFile.Copy(StoreShard.PathOf(other.Folder, shard), StoreShard.PathOf(Folder, shard));
            }
        }

        string vectors = Path.GetDirectoryName(other.VectorsPath("any"))!;
        foreach (string path in Directory.Exists(vectors) ? Directory.EnumerateFiles(vectors, "*.safetensors") : [])
        {
            if (VectorsPath(Path.GetFileNameWithoutExtension(path)) is var place && !File.Exists(place))
            {
                WholeFile.Copy(path, place);
            }
        }
    }

    /// <summary>The features of all pictures and views, for training.</summary>
    /// <param name="device">Where the student computes.</param>
    /// <param name="memory">Knows shards that need not be read again.</param>
    /// <param name="stop">Stops between shards, while they are checked.</param>
    /// <exception cref="PromptKDException">A shard is missing or damaged.</exception>
    public StoredFeatures ReadTeacher(Device device, DigestMemory? memory = null, CancellationToken stop = default)
    {
        string[] faults = [.. Check(memory, stop)];
        return faults.Length == 0
            ? new StoredFeatures(Folder, Index, device)
            : throw new PromptKDException(
                $"The teacher store {Folder} is not complete: {faults.Length} of "
                + $"{Counted.Of(Index.ShardCount, "shard")}, the first {faults[0]}. Run features again, "
                + "with its former options: it makes what is missing or damaged.");
    }

    /// <summary>As <see cref="ReadTeacher"/>, of a store that others are still filling.</summary>
    /// <param name="device">Where the student computes.</param>
    /// <param name="filling">Waits for what is missing.</param>
    public StoredFeatures ReadWhileFilling(Device device, StoreFilling filling) => new(Folder, Index, device, filling);

    /// <summary>Whether there are class vectors under a key.</summary>
    /// <param name="key">A digest of all that made them.</param>
    public bool HasClassVectors(string key) => File.Exists(VectorsPath(key));

    /// <summary>Class vectors that were stored under a key; null where there are none.</summary>
    /// <param name="key">A digest of all that made them.</param>
    /// <param name="device">Where the student computes.</param>
    /// <returns>The caller frees the vectors.</returns>
    public StoredVectors? ReadClassVectors(string key, Device device)
    {
        string path = VectorsPath(key);
        if (!File.Exists(path))
        {
            return null;
        }

        const string Remedy = "Delete it: the next run with ‹teacher› makes it again.";
        using DisposeScope scope = NewDisposeScope();
        (Dictionary<string, Tensor> tensors, Dictionary<string, string> metadata) = SealedTensors.Read(path, Remedy);
        return metadata.GetValueOrDefault(NameKey) == key
            && tensors.TryGetValue(VectorsName, out Tensor? vectors)
            && vectors.dtype == ScalarType.Float32
            && vectors.dim() == 2
            && metadata.TryGetValue(ScaleKey, out string? number)
            && double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double scale)
            && metadata.TryGetValue(VocabularyKey, out string? vocabulary)
                ? new StoredVectors(vectors.to(device, copy: true).DetachFromDisposeScope(), scale, vocabulary)
                {
                    LogitBias = metadata.TryGetValue(BiasKey, out string? bias)
                        ? double.Parse(bias, CultureInfo.InvariantCulture)
                        : null,
                }
                : throw new PromptKDException($"{path}: class vectors of other names, or of another store. {Remedy}");
    }

    /// <summary>Stores class vectors. Keeps those that are there.</summary>
    /// <param name="key">A digest of all that made them.</param>
    /// <param name="stored">The vectors; they stay the caller's.</param>
    /// <exception cref="PromptKDException">They cannot be written, or the store is not there any more.</exception>
    public void KeepClassVectors(string key, StoredVectors stored)
    {
        string path = VectorsPath(key);
        if (!File.Exists(path))
        {
            using FolderHold hold = FolderHold.Keep(Folder); // Features and class vectors are one store.
            SealedTensors.Write(path, [KeyValuePair.Create(VectorsName, stored.Vectors)],
            [
                new(NameKey, key),
                new(ScaleKey, stored.LogitScale.ToString("R", CultureInfo.InvariantCulture)),
                new(VocabularyKey, stored.VocabularySha256),
                .. stored.LogitBias is { } bias
                    ? [new(BiasKey, bias.ToString("R", CultureInfo.InvariantCulture))]
                    : (KeyValuePair<string, string>[])[],
            ]);
        }
    }

    private string? FindFault(int shard, DigestMemory? memory, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        return StoreShard.FindFault(Folder, shard, Index, memory);
    }

    private string VectorsPath(string key) => StoredVectors.PathOf(Folder, key);
}
