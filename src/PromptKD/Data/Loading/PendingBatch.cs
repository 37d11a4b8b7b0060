using System.Runtime.InteropServices;

namespace PromptKD.Data.Loading;

/// <summary>
/// A batch that worker threads are filling. Its tensors are made and freed on the consumer's thread; workers only
/// write pixels into their memory, each row once.
/// </summary>
internal sealed class PendingBatch : IDisposable
{
    private readonly Exception?[] _failures;
    private readonly CountdownEvent _unfinished;
    private Tensor[] _pixels;

    /// <param name="number">Place of the batch in its epoch.</param>
    /// <param name="items">Places of its pictures in the list, one a row.</param>
    /// <param name="sizes">Width and height of a picture in each preparation, in pixels.</param>
    /// <param name="pinMemory">Whether to ask for page-locked memory.</param>
    public PendingBatch(int number, int[] items, IReadOnlyList<int> sizes, bool pinMemory)
    {
        Number = number;
        Items = items;
        _failures = new Exception?[items.Length];
        _unfinished = new CountdownEvent(items.Length);
        _pixels = [.. sizes.Select(size => Allocate(items.Length, size, pinMemory))];
    }

    /// <summary>Place of the batch in its epoch, from 0.</summary>
    public int Number { get; }

    /// <summary>Places of its pictures in the list, one a row.</summary>
    public int[] Items { get; }

    /// <summary>
    /// Runs <paramref name="read"/> on the memory of a row in each preparation, by the preparation's place, and keeps
    /// the exception if it throws.
    /// </summary>
    public void Fill(int row, Action<Func<int, Span<float>>> read)
    {
        try
        {
            read(preparation =>
            {
                Span<float> all = MemoryMarshal.Cast<byte, float>(_pixels[preparation].bytes);
                int length = all.Length / Items.Length;
                return all.Slice(row * length, length);
            });
        }
        catch (Exception error)
        {
            // The consumer's thread decides: it skips a picture that is unreadable, and rethrows all else.
            _failures[row] = error;
        }
        finally
        {
            _unfinished.Signal();
        }
    }

    /// <summary>Waits until every row is filled or has failed.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public void Wait(CancellationToken cancellation) => _unfinished.Wait(cancellation);

    /// <summary>The rows that failed, in order, and why.</summary>
    public IEnumerable<(int Row, Exception Error)> Failures =>
        _failures.Index().Where(failure => failure.Item is not null).Select(failure => (failure.Index, failure.Item!));

    /// <summary>Hands over the rows that did not fail; call it once, after <see cref="Wait"/>.</summary>
    /// <param name="items">Places of the pictures handed over, in order.</param>
    /// <returns>For each preparation, [rows, 3, size, size], which the caller disposes.</returns>
    public IReadOnlyList<Tensor> Take(out IReadOnlyList<int> items)
    {
        long[] rows = [.. _failures.Index().Where(row => row.Item is null).Select(row => (long)row.Index)];
        items = [.. rows.Select(row => Items[row])];
        Tensor[] pixels = _pixels;
        _pixels = [];
        if (rows.Length < Items.Length)
        {
            using Tensor index = tensor(rows);
            for (int preparation = 0; preparation < pixels.Length; preparation++)
            {
                using Tensor all = pixels[preparation];
                pixels[preparation] = all.index_select(0, index).DetachFromDisposeScope();
            }
        }

        return pixels;
    }

    /// <summary>Frees the memory. No worker may be writing.</summary>
    public void Dispose()
    {
        foreach (Tensor pixels in _pixels)
        {
            pixels.Dispose();
        }

        _unfinished.Dispose();
    }

    /// <returns>[rows, 3, size, size], outside every scope of the consumer, who may open and close some while the
    /// batch is being filled.</returns>
    private static Tensor Allocate(int rows, int size, bool pinMemory)
    {
        Tensor pixels = empty([rows, 3, size, size], ScalarType.Float32, CPU).DetachFromDisposeScope();
        if (!pinMemory)
        {
            return pixels;
        }

        using Tensor pageable = pixels;
        return pageable.pin_memory().DetachFromDisposeScope();
    }
}
