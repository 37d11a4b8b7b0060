using System.Collections.Concurrent;
using System.Diagnostics;
using PromptKD.Inference;
using PromptKD.Server.Operations;

namespace PromptKD.Server.Batching;

/// <summary>
/// Gathers the pictures of many requests into batches, and computes them, in threads of its own. Who has stopped
/// waiting is left out.
/// </summary>
internal sealed class BatchWorkers : IDisposable
{
    private readonly BlockingCollection<BatchedPicture> _waiting = [];
    private readonly IPictureModel _model;
    private readonly BatchRules _rules;
    private readonly QueuePlaces _places;
    private readonly IBatchObserver _observer;
    private readonly Thread[] _threads;
    private readonly Lock _gathering = new();
    private int _here;

    /// <param name="model">Computes; stays its owner's.</param>
    /// <param name="rules">How batches are made.</param>
    /// <param name="places">Count the pictures that are on their way.</param>
    /// <param name="observer">Is told of each batch.</param>
    public BatchWorkers(IPictureModel model, BatchRules rules, QueuePlaces places, IBatchObserver observer)
    {
        _model = model;
        _rules = rules;
        _places = places;
        _observer = observer;
        _threads =
        [
            .. Enumerable.Range(0, rules.Workers)
                .Select(_ => new Thread(Work) { IsBackground = true, Name = "PromptKD batches" }),
        ];
        Array.ForEach(_threads, thread => thread.Start());
    }

    /// <summary>Pictures that wait for their batch.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Asks for a picture's answer.</summary>
    /// <param name="picture">Taken over.</param>
    /// <param name="cancellation">Gives up waiting; a picture that is not being computed yet is left out.</param>
    public async Task<PictureOutput> Ask(PreparedPicture picture, CancellationToken cancellation)
    {
        var asked = new BatchedPicture(picture);
        using CancellationTokenRegistration registration = cancellation.UnsafeRegister(
            static (state, token) => ((BatchedPicture)state!).Answer.TrySetCanceled(token), asked);
        Interlocked.Increment(ref _here);
        _waiting.Add(asked, CancellationToken.None);
        return await asked.Answer.Task.ConfigureAwait(false);
    }

    /// <summary>Answers whoever waits, then ends the threads.</summary>
    public void Dispose()
    {
        _waiting.CompleteAdding();
        foreach (Thread thread in _threads.Where(one => one.ManagedThreadId != Environment.CurrentManagedThreadId))
        {
            thread.Join();
        }

        _waiting.Dispose();
    }

    private void Work()
    {
        List<BatchedPicture> batch = [];
        int expected = 1;
        while (Gather(batch, expected))
        {
            Answer(batch);
            Interlocked.Add(ref _here, -batch.Count);

            // Who asks again and again comes back with the next picture, and who waits now is there already.
            expected = batch.Count + _waiting.Count;
            batch.Clear();
        }
    }

    // One worker at a time, so that none waits for what another takes. Nobody waits for more than are expected: who is
    // alone is answered at once.
    private bool Gather(List<BatchedPicture> batch, int expected)
    {
        lock (_gathering)
        {
            if (!_waiting.TryTake(out BatchedPicture? next, Timeout.Infinite))
            {
                return false;
            }

            long begun = Stopwatch.GetTimestamp();
            do
            {
                batch.Add(next);
            }
            while (batch.Count < Part()
                && _waiting.TryTake(out next, batch.Count < expected || IsOneComing() ? Remaining(begun) : 0));
            return true;
        }
    }

    // Of what is on its way, one worker of several takes its part alone: while it computes, the others' pictures are
    // decoded and answered. Alone it takes all, since what waited for it would be a batch of its own.
    private int Part() => _rules.Workers == 1
        ? _rules.Size
        : Math.Clamp((_places.Taken + _rules.Workers - 1) / _rules.Workers, 1, _rules.Size);

    // Let in, and not here yet, be it to wait, to be gathered or to be computed: it is being decoded.
    private bool IsOneComing() => _places.Taken > Volatile.Read(ref _here);

    private int Remaining(long begun)
    {
        TimeSpan left = _rules.Delay - Stopwatch.GetElapsedTime(begun);
        return left > TimeSpan.Zero ? (int)Math.Ceiling(left.TotalMilliseconds) : 0;
    }

    private void Answer(List<BatchedPicture> batch)
    {
        BatchedPicture[] wanted = [.. batch.Where(one => !one.Answer.Task.IsCompleted)];
        try
        {
            long begun = Stopwatch.GetTimestamp();
            PictureOutput[] outputs = wanted.Length > 0 ? _model.Compute([.. wanted.Select(one => one.Picture)]) : [];
            if (wanted.Length > 0)
            {
                _observer.OnComputed(
                    [.. wanted.Select(one => Stopwatch.GetElapsedTime(one.Asked, begun))],
                    Stopwatch.GetElapsedTime(begun));
            }

            foreach ((BatchedPicture one, PictureOutput output) in wanted.Zip(outputs))
            {
                one.Answer.TrySetResult(output);
            }
        }
        catch (Exception error)
        {
            Array.ForEach(wanted, one => one.Answer.TrySetException(error));
        }
        finally
        {
            batch.ForEach(one => one.Picture.Dispose());
        }
    }

    private sealed class BatchedPicture(PreparedPicture picture)
    {
        public PreparedPicture Picture => picture;

        public long Asked { get; } = Stopwatch.GetTimestamp();

        public TaskCompletionSource<PictureOutput> Answer { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
