using System.Buffers.Binary;
using PromptKD.Data.Loading;
using PromptKD.Runtime;

namespace PromptKD.Features.Store;

/// <summary>
/// Teacher features that were computed before: epoch e of picture i uses view e mod K, whose pixels the student sees
/// too. Rows are read from the shards as they are needed, so memory does not grow with the store.
/// </summary>
internal sealed class StoredFeatures : IImageFeatures
{
    private readonly StoreIndex _index;
    private readonly Device _device;
    private readonly string[] _paths;
    private readonly long[] _dataStarts;

    /// <param name="folder">A complete store.</param>
    /// <param name="index">Its index.</param>
    /// <param name="device">Where the student computes.</param>
    public StoredFeatures(string folder, StoreIndex index, Device device)
    {
        _index = index;
        _device = device;
        _paths = [.. Enumerable.Range(0, index.ShardCount).Select(shard => StoreShard.PathOf(folder, shard))];
        _dataStarts = [.. _paths.Select(DataStart)];
    }

    /// <inheritdoc/>
    public Tensor Of(Batch batch)
    {
        int view = batch.View ?? throw new InvalidOperationException("Stored features belong to training views.");
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = empty([batch.Items.Count, _index.EmbeddingSize], ScalarType.Float16);
        Span<byte> bytes = rows.bytes;
        int rowBytes = _index.EmbeddingSize * sizeof(ushort);
        for (int row = 0; row < batch.Items.Count; row++)
        {
            ReadRow(batch.Items[row], view % _index.ViewCount, bytes.Slice(row * rowBytes, rowBytes));
        }

        return rows.to(ScalarType.Float32, _device).MoveToOuterDisposeScope();
    }

    /// <summary>Holds nothing open.</summary>
    public void Dispose()
    {
    }

    private void ReadRow(int picture, int view, Span<byte> target)
    {
        int shard = picture / _index.PicturesPerShard;
        long place = ((long)(picture % _index.PicturesPerShard) * _index.ViewCount) + view;
        try
        {
            ReadAt(_paths[shard], _dataStarts[shard] + (place * target.Length), target);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PromptKDException(
                $"{_paths[shard]} can no longer be read: {error.Message} Is the store still where it was?", error);
        }
    }

    private static void ReadAt(string path, long offset, Span<byte> target)
    {
        using var file = RegularFile.OpenHandle(path);
        for (int done = 0; done < target.Length;)
        {
            int read = RandomAccess.Read(file, target[done..], offset + done);
            done += read > 0
                ? read
                : throw new PromptKDException($"{path} was cut short while it was in use. Run features again.");
        }
    }

    // A shard holds one tensor: its values start behind the header, whose length is in the first 8 bytes.
    private static long DataStart(string path)
    {
        Span<byte> length = stackalloc byte[sizeof(long)];
        using FileStream stream = RegularFile.Explain(path, file => RegularFile.Open(file));
        stream.ReadExactly(length);
        return sizeof(long) + BinaryPrimitives.ReadInt64LittleEndian(length);
    }
}
