using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace PromptKD.Inference;

/// <summary>
/// Gathers the pictures of several callers for a short time, and computes them at once, in a thread of its own.
/// </summary>
internal sealed partial class GatheredCalls : IDisposable
{
    private readonly BlockingCollection<Call> _calls = [];
    private readonly IPictureModel _model;
    private readonly ClassifierOptions _options;
    private readonly Thread _worker;

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
    /// <param name="picture">Taken over.</param>
    /// <param name="cancellation">Gives up waiting; a picture that is not being computed yet is left out.</param>
    public async Task<PictureOutput> Ask(PreparedPicture picture, CancellationToken cancellation)
    {
        var call = new Call(picture);
        using CancellationTokenRegistration registration = cancellation.UnsafeRegister(
            static (state, token) => ((Call)state!).Answer.TrySetCanceled(token), call);
        _calls.Add(call, CancellationToken.None);
        return await call.Answer.Task.ConfigureAwait(false);
    }

    /// <summary>Answers whoever waits, then ends the thread.</summary>
    public void Dispose()
    {
        _calls.CompleteAdding();
        if (Environment.CurrentManagedThreadId != _worker.ManagedThreadId)
        {
            _worker.Join();
        }

        _calls.Dispose();
    }

    private void Work()
    {
        List<Call> gathered = [];
        foreach (Call first in _calls.GetConsumingEnumerable())
        {
            gathered.Add(first);
            long end = Environment.TickCount64 + (long)Math.Ceiling(_options.GatherFor.TotalMilliseconds);
            while (gathered.Count < _options.BatchSize
                && _calls.TryTake(out Call? next, (int)Math.Clamp(end - Environment.TickCount64, 0, int.MaxValue)))
            {
                gathered.Add(next);
            }

            Answer(gathered);
            gathered.Clear();
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
