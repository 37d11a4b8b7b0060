using System.Runtime.InteropServices;
using PromptKD.Data.Loading;
using PromptKD.Runtime.Processes;

namespace PromptKD.Training;

/// <summary>
/// The batches of an epoch, which all processes go through together: before each step they tell each other how many
/// pictures they have, whether one of them is to stop, and whether the first one wants to save.
/// </summary>
/// <param name="processes">All of them.</param>
/// <param name="save">Saves the run; called in all processes behind the same step.</param>
/// <param name="isSaveDue">Whether the first process wants to.</param>
/// <param name="awaited">What batches need and others are still making; null where all is there.</param>
internal sealed class SharedSteps(IProcessGroup processes, Action save, Func<bool> isSaveDue, IAwaited? awaited = null)
{
    private static readonly TimeSpan s_moment = TimeSpan.FromSeconds(0.5);

    private enum Sign
    {
        Rows,
        Stop,
        Save,
        Wait,
        GiveUp,
        Count,
    }

    /// <summary>Goes through batches. The caller disposes them.</summary>
    /// <param name="batches">This process's parts; a batch of which nothing could be read is missing.</param>
    /// <param name="epoch">Number of the epoch.</param>
    /// <param name="first">Number of the first batch.</param>
    /// <param name="end">Number of batches of the epoch.</param>
    /// <param name="stop">Stops all processes behind the same step.</param>
    /// <exception cref="OperationCanceledException">This process or another one is to stop.</exception>
    /// <exception cref="PromptKDException">What a batch needs does not come. The run is saved.</exception>
    public IEnumerable<SharedStep> Take(
        IEnumerable<Batch> batches, int epoch, int first, int end, CancellationToken stop) =>
        processes.IsAlone() ? TakeAlone(batches, epoch, stop) : TakeTogether(batches, epoch, first, end, stop);

    private IEnumerable<SharedStep> TakeAlone(IEnumerable<Batch> batches, int epoch, CancellationToken stop)
    {
        foreach (Batch batch in batches)
        {
            Await(batch, epoch, stop);
            yield return SharedStep.Of(batch);
            stop.ThrowIfCancellationRequested();
            if (isSaveDue())
            {
                save();
            }
        }
    }

    private void Await(Batch batch, int epoch, CancellationToken stop)
    {
        while (awaited?.IsThere(epoch, batch.Number) == false)
        {
            if (awaited.GivenUp is { } fault)
            {
                batch.Dispose();
                save();
                throw fault;
            }

            awaited.Rest();
            if (stop.IsCancellationRequested)
            {
                batch.Dispose();
                throw new OperationCanceledException(stop);
            }
        }
    }

    private IEnumerable<SharedStep> TakeTogether(
        IEnumerable<Batch> batches, int epoch, int first, int end, CancellationToken stop)
    {
        using var own = new NextBatch(batches);
        for (int number = first; ; number++)
        {
            Batch? batch = number < end ? own.Take(number, stop) : null;
            int[][] signs = ExchangeUntilThere(batch, epoch, number < end ? number : null, stop);
            if (signs.Any(one => one[(int)Sign.Stop] != 0))
            {
                batch?.Dispose();
                throw new OperationCanceledException(stop);
            }

            if (signs[0][(int)Sign.GiveUp] != 0)
            {
                batch?.Dispose();
                save();
                throw awaited!.GivenUp ?? new PromptKDException("The first process waits no longer for its store.");
            }

            // Behind the step before.
            if (signs[0][(int)Sign.Save] != 0)
            {
                save();
            }

            if (number == end)
            {
                yield break;
            }

            if (signs.Sum(one => one[(int)Sign.Rows]) is > 0 and var pictures)
            {
                yield return new SharedStep(number, batch, pictures);
            }
        }
    }

    // The signs of all, once all have what the batch needs, or one is to stop, or the first one waits no longer.
    private int[][] ExchangeUntilThere(Batch? batch, int epoch, int? number, CancellationToken stop)
    {
        while (true)
        {
            bool isThere = number is not { } needed || awaited?.IsThere(epoch, needed) != false;
            bool givesUp = !isThere && awaited!.GivenUp is not null;
            int[][] signs = Exchange(batch?.Items.Count ?? 0, stop.IsCancellationRequested, !isThere, givesUp);
            if (signs.All(one => one[(int)Sign.Wait] == 0)
                || signs.Any(one => one[(int)Sign.Stop] != 0)
                || signs[0][(int)Sign.GiveUp] != 0)
            {
                return signs;
            }

            if (isThere)
            {
                // Another process does not see it yet.
                stop.WaitHandle.WaitOne(s_moment);
            }
            else
            {
                awaited!.Rest();
            }
        }
    }

    private int[][] Exchange(int rows, bool isStopped, bool waits, bool givesUp)
    {
        int[] signs = [rows, isStopped ? 1 : 0, isSaveDue() ? 1 : 0, waits ? 1 : 0, givesUp ? 1 : 0];
        return
        [
            .. MemoryMarshal.Cast<byte, int>(processes.Exchange(MemoryMarshal.AsBytes<int>(signs))).ToArray()
                .Chunk((int)Sign.Count),
        ];
    }

    /// <summary>Batches by number, with gaps.</summary>
    private sealed class NextBatch(IEnumerable<Batch> batches) : IDisposable
    {
        private readonly IEnumerator<Batch> _batches = batches.GetEnumerator();
        private Batch? _next;
        private bool _isAtEnd;

        public Batch? Take(int number, CancellationToken stop)
        {
            try
            {
                if (_next is null && !_isAtEnd)
                {
                    _isAtEnd = !_batches.MoveNext();
                    _next = _isAtEnd ? null : _batches.Current;
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // The others hear of it before they take the step.
                return null;
            }

            Batch? taken = _next?.Number == number ? _next : null;
            _next = taken is null ? _next : null;
            return taken;
        }

        public void Dispose()
        {
            _next?.Dispose();
            _batches.Dispose();
        }
    }
}
