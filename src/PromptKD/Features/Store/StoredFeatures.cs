using System.Buffers.Binary;
using PromptKD.Data.Loading;
using PromptKD.Runtime;

namespace PromptKD.Features.Store;

/// <summary>
/// Features that were computed before: epoch e of picture i uses view e mod K, whose pixels the student sees too. A
/// small store is kept in memory; of a large one rows are read from the shards as they are needed.
/// </summary>
internal sealed class StoredFeatures : IImageFeatures
{
    private readonly StoreIndex _index;
    private readonly Device _device;
    private readonly string[] _paths;
    private readonly long[] _dataStarts;
    private readonly bool[] _areInMemory;
    private readonly Lazy<Tensor?> _rows;
    private readonly StoreFilling? _filling;

    /// <param name="folder">A store.</param>
    /// <param name="index">Its index.</param>
    /// <param name="device">Where the student computes.</param>
    /// <param name="filling">Waits for what others are still making; null for a complete store.</param>
    public StoredFeatures(string folder, StoreIndex index, Device device, StoreFilling? filling = null)
    {
        _filling = filling;
        _index = index;
        _device = device;
        _paths = [.. Enumerable.Range(0, index.ShardCount).Select(shard => StoreShard.PathOf(folder, shard))];
        _dataStarts = new long[_paths.Length];
        _areInMemory = new bool[_paths.Length];
        _rows = new Lazy<Tensor?>(ReadAll);
    }

    /// <summary>Bytes that a store may take to be kept in memory; and no more than a quarter of what is free.</summary>
    public long MostInMemory { get; init; } = Array.MaxLength;

    private int RowBytes => _index.EmbeddingSize * sizeof(ushort);

    /// <inheritdoc/>
    public Tensor Of(Batch batch)
    {
        int view = batch.View ?? throw new InvalidOperationException("Stored features belong to training views.");
        view %= _index.ViewCount;
        _filling?.WaitFor(batch.Items);
        using DisposeScope scope = NewDisposeScope();
        Tensor rows;
        if (_rows.Value is { } all)
        {
            foreach (int shard in batch.Items.Select(item => item / _index.PicturesPerShard).Distinct())
            {
                TakeIntoMemory(all, shard);
            }

            rows = all.index_select(
                0, tensor(batch.Items.Select(item => ((long)item * _index.ViewCount) + view).ToArray()));
        }
        else
        {
            rows = empty([batch.Items.Count, _index.EmbeddingSize], ScalarType.Float16);
            Span<byte> bytes = rows.bytes;
            for (int row = 0; row < batch.Items.Count; row++)
            {
                ReadRow(batch.Items[row], view, bytes.Slice(row * RowBytes, RowBytes));
            }
        }

        return rows.to(ScalarType.Float32, _device).MoveToOuterDisposeScope();
    }

    /// <summary>Frees what is kept in memory; holds no file open.</summary>
    public void Dispose()
    {
        if (_rows.IsValueCreated)
        {
            _rows.Value?.Dispose();
        }
    }

    // [pictures × views, embedding]; null where that is too much for memory. Of a store that is still being filled,
    // shards are added when they are needed.
    private Tensor? ReadAll()
    {
        long count = (long)_index.PictureCount * _index.ViewCount;
        long free = DeviceMemory.Read(CPU)?.Free ?? 0;
        if (count * RowBytes > Math.Min(MostInMemory, free / 4))
        {
            return null;
        }

        Tensor rows = empty([count, _index.EmbeddingSize], ScalarType.Float16).DetachFromDisposeScope();
        for (int shard = 0; shard < _paths.Length && _filling is null; shard++)
        {
            TakeIntoMemory(rows, shard);
        }

        return rows;
    }

    private void TakeIntoMemory(Tensor rows, int shard)
    {
        if (!_areInMemory[shard])
        {
            int first = shard * _index.PicturesPerShard;
            int pictures = Math.Min(_index.PicturesPerShard, _index.PictureCount - first);
            int pictureBytes = _index.ViewCount * RowBytes;
            Read(shard, 0, rows.bytes.Slice(first * pictureBytes, pictures * pictureBytes));
            _areInMemory[shard] = true;
        }
    }

    private void ReadRow(int picture, int view, Span<byte> target)
    {
        int shard = picture / _index.PicturesPerShard;
        Read(shard, ((long)(picture % _index.PicturesPerShard) * _index.ViewCount) + view, target);
    }

    private void Read(int shard, long row, Span<byte> target)
    {
        try
        {
            _dataStarts[shard] = _dataStarts[shard] > 0 ? _dataStarts[shard] : DataStart(_paths[shard]);
            ReadAt(_paths[shard], _dataStarts[shard] + (row * RowBytes), target);
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
