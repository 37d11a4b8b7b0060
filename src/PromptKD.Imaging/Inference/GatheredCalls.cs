using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace PromptKD.Inference;

/// <summary>
/// Gathers the pictures of several callers for a short time, and computes them at once, in a thread of its own. It
/// begins as soon as all are there who are known to come: those whose pictures are being read, and as many as it
/// answered last, who may ask again.
/// </summary>
internal sealed partial class GatheredCalls : IDisposable
{
    private readonly object _gate = new();
    private readonly Queue<Call> _calls = [];
    private readonly IPictureModel _model;
    private readonly ClassifierOptions _options;
    private readonly Thread _worker;

    private int _beingRead;
    private bool _ended;

    /// <param name="model">Computes; stays its owner's.</param>
    /// <param name="options">How long to gather, and how many.</param>
    public GatheredCalls(IPictureModel model, ClassifierOptions options)
    {
        _model = model;
        _options = options;
        _worker = new Thread(Work) { IsBackground = true, Name = "PromptKD gathers" };
        _worker.Start();
    }

    /// <summary>Asks for a picture's answer.</summary>
    /// <param name="read">Reads the picture, in this thread; it is taken over.</param>
    /// <param name="cancellation">Gives up waiting; a picture that is not being computed yet is left out.</param>
    public async Task<PictureOutput> Ask(Func<PreparedPicture> read, CancellationToken cancellation)
    {
        Call call = Enqueue(read);
        using CancellationTokenRegistration registration = cancellation.UnsafeRegister(
            static (state, token) => ((Call)state!).Answer.TrySetCanceled(token), call);
        return await call.Answer.Task.ConfigureAwait(false);
    }

    /// <summary>Answers whoever waits, then ends the thread.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _ended = true;
            Monitor.Pulse(_gate);
        }

        if (Environment.CurrentManagedThreadId != _worker.ManagedThreadId)
        {
            _worker.Join();
        }
    }

    private Call Enqueue(Func<PreparedPicture> read)
    {
        lock (_gate)
        {
            _beingRead++;
        }

        Call? call = null;
        try
        {
            return call = new Call(read());
        }
        finally
        {
            lock (_gate)
            {
                _beingRead--;
                if (call is not null)
                {
                    _calls.Enqueue(call);
                }

                Monitor.Pulse(_gate);
            }
        }
    }

    private void Work()
    {
        List<Call> gathered = [];

        // Nothing is known of the first callers: they wait their time.
        int expected = _options.BatchSize;
        while (Gather(gathered, expected))
        {
            Answer(gathered);
            expected = gathered.Count + Waiting();
            gathered.Clear();
        }
    }

    /// <returns>False where nobody waits any more, nor will.</returns>
    private bool Gather(List<Call> gathered, int expected)
    {
        lock (_gate)
        {
            while (_calls.Count == 0)
            {
                if (_ended)
                {
                    return false;
                }

                Monitor.Wait(_gate);
            }

            long begun = Stopwatch.GetTimestamp();
            while (true)
            {
                while (gathered.Count < _options.BatchSize && _calls.TryDequeue(out Call? next))
                {
                    gathered.Add(next);
                }

                TimeSpan left = _options.GatherFor - Stopwatch.GetElapsedTime(begun);
                bool isAnyComing = _beingRead > 0 || gathered.Count < expected;
                if (gathered.Count == _options.BatchSize || !isAnyComing || _ended || left <= TimeSpan.Zero)
                {
                    return true;
                }

                Monitor.Wait(_gate, (int)Math.Min(Math.Ceiling(left.TotalMilliseconds), int.MaxValue));
            }
        }
    }

    private int Waiting()
    {
        lock (_gate)
        {
            return _calls.Count;
        }
    }

    private void Answer(List<Call> gathered)
    {
        Call[] wanted = [.. gathered.Where(call => !call.Answer.Task.IsCompleted)];
        try
        {
            PictureOutput[] outputs = wanted.Length > 0 ? _model.Compute([.. wanted.Select(call => call.Picture)]) : [];
            LogGathered(_options.Logger, outputs.Length);
            foreach ((Call call, PictureOutput output) in wanted.Zip(outputs))
            {
                call.Answer.TrySetResult(output);
            }
        }
        catch (Exception error)
        {
            foreach (Call call in wanted)
            {
                call.Answer.TrySetException(error);
            }
        }
        finally
        {
            gathered.ForEach(call => call.Picture.Dispose());
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Pictures} pictures computed at once")]
    private static partial void LogGathered(ILogger logger, int pictures);

    private sealed class Call(PreparedPicture picture)
    {
        public PreparedPicture Picture => picture;

        public TaskCompletionSource<PictureOutput> Answer { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
