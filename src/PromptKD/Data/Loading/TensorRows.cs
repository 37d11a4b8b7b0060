using System.Runtime.InteropServices;

namespace PromptKD.Data.Loading;

/// <summary>
/// Pixels in the memory of a tensor, outside every scope of whoever takes the batches: he may open and close some while
/// a batch is being filled.
/// </summary>
internal sealed class TensorRows : IPixelRows
{
    private readonly int _rows;
    private Tensor? _pixels;

    /// <param name="rows">How many pictures.</param>
    /// <param name="size">Width and height of each, in pixels.</param>
    /// <param name="pinMemory">Whether to ask for page-locked memory.</param>
    public TensorRows(int rows, int size, bool pinMemory)
    {
        _rows = rows;
        _pixels = empty([rows, 3, size, size], ScalarType.Float32, CPU).DetachFromDisposeScope();
        if (pinMemory)
        {
            using Tensor pageable = _pixels;
            _pixels = pageable.pin_memory().DetachFromDisposeScope();
        }
    }

    /// <inheritdoc/>
    public Span<float> Row(int row)
    {
        Span<float> all = MemoryMarshal.Cast<byte, float>(_pixels!.bytes);
        int length = all.Length / _rows;
        return all.Slice(row * length, length);
    }

    /// <summary>Hands over some rows; call it once.</summary>
    /// <param name="rows">Which, in order.</param>
    /// <returns>[rows, 3, size, size], which the caller disposes.</returns>
    public Tensor Take(IReadOnlyList<int> rows)
    {
        Tensor all = _pixels!;
        _pixels = null;
        if (rows.Count == _rows)
        {
            return all;
        }

        using (all)
        {
            using Tensor index = tensor(rows.Select(row => (long)row).ToArray());
            return all.index_select(0, index).DetachFromDisposeScope();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _pixels?.Dispose();
}
