namespace PromptKD.Data.Shards;

/// <summary>
/// The row groups of pictures that were read last, up to some number of bytes. A row group is read once however many
/// threads ask for it at the same time.
/// </summary>
/// <param name="capacity">Most bytes to keep, as the files state them; one row group is kept whatever its size.</param>
internal sealed class RowGroupCache(long capacity)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string File, int Group), LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _recent = []; // the last used first
    private long _bytes;

    /// <summary>The pictures of a row group, null for those that are missing.</summary>
    /// <param name="file">The parquet file.</param>
    /// <param name="group">Number of the row group, from 0.</param>
    /// <param name="bytes">What it takes in memory, bytes.</param>
    /// <param name="read">Reads it.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public IReadOnlyList<byte[]?> Get(string file, int group, long bytes, Func<IReadOnlyList<byte[]?>> read)
    {
        Lazy<IReadOnlyList<byte[]?>> rows;
        lock (_lock)
        {
            if (_entries.TryGetValue((file, group), out LinkedListNode<Entry>? node))
            {
                _recent.Remove(node);
                _recent.AddFirst(node);
            }
            else
            {
                node = _recent.AddFirst(new Entry((file, group), bytes, new Lazy<IReadOnlyList<byte[]?>>(read)));
                _entries.Add((file, group), node);
                _bytes += bytes;
                DropOldest();
            }

            rows = node.Value.Rows;
        }

        return rows.Value;
    }

    private void DropOldest()
    {
        while (_bytes > capacity && _recent.Count > 1)
        {
            Entry oldest = _recent.Last!.Value;
            _recent.RemoveLast();
            _entries.Remove(oldest.Key);
            _bytes -= oldest.Bytes;
        }
    }

    private sealed record Entry((string File, int Group) Key, long Bytes, Lazy<IReadOnlyList<byte[]?>> Rows);
}
