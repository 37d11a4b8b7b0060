using PromptKD.Data.Decoding;

namespace PromptKD.Data.Loading;

/// <summary>
/// A batch that worker threads are filling. Its memory is made and freed on the consumer's thread; workers only write
/// pixels into it, each row once.
/// </summary>
internal sealed class PendingPixels : IDisposable
{
    private readonly Exception?[] _failures;
    private readonly CountdownEvent _unfinished;
    private IPixelRows[] _pixels;

    /// <param name="number">Place of the batch in its epoch.</param>
    /// <param name="items">Places of its pictures in the list, one a row.</param>
    /// <param name="pixels">Room for them in each preparation; taken over.</param>
    public PendingPixels(int number, int[] items, IReadOnlyList<IPixelRows> pixels)
    {
        Number = number;
        Items = items;
        _failures = new Exception?[items.Length];
        _unfinished = new CountdownEvent(items.Length);
        _pixels = [.. pixels];
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
            read(preparation => _pixels[preparation].Row(row));
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
    /// <param name="preparations">What was made of the pictures.</param>
    /// <returns>The caller disposes it.</returns>
    public LoadedPixels Take(IReadOnlyList<Preprocessing> preparations)
    {
        int[] rows = [.. _failures.Index().Where(row => row.Item is null).Select(row => row.Index)];
        IPixelRows[] pixels = _pixels;
        _pixels = [];
        return new LoadedPixels(preparations, pixels, rows, [.. rows.Select(row => Items[row])], Number);
    }

    /// <summary>Frees the memory. No worker may be writing.</summary>
    public void Dispose()
    {
        foreach (IPixelRows pixels in _pixels)
        {
            pixels.Dispose();
        }

        _unfinished.Dispose();
    }
}
