using PromptKD.Inference;
using PromptKD.Server.Batching;
using PromptKD.Server.Operations;

namespace PromptKD.Server.Models;

/// <summary>A place for a model: what is served under a name and version, now and after it is replaced.</summary>
/// <param name="source">Its name and where it lies.</param>
/// <param name="places">How many pictures it lets in.</param>
/// <param name="meters">What is measured of it.</param>
internal sealed class ModelSlot(ModelSource source, QueuePlaces places, ModelMeters meters) : IDisposable
{
    private ServedModel? _current;

    /// <summary>Name, version and place.</summary>
    public ModelSource Source => source;

    /// <summary>How many pictures are let in.</summary>
    public QueuePlaces Places => places;

    /// <summary>What is measured.</summary>
    public ModelMeters Meters => meters;

    /// <summary>Whether it can be asked.</summary>
    public bool IsLoaded => Volatile.Read(ref _current) is not null;

    /// <summary>Pictures that wait for a batch.</summary>
    public int Waiting => Volatile.Read(ref _current)?.Waiting ?? 0;

    /// <summary>Begins a request; null where nothing is loaded yet.</summary>
    public ModelLease? TryEnter()
    {
        // What is replaced in between cannot be entered; what replaced it can.
        while (Volatile.Read(ref _current) is { } model)
        {
            if (model.TryEnter() is { } use)
            {
                return new ModelLease(model, use);
            }

            if (ReferenceEquals(model, Volatile.Read(ref _current)))
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>Serves another from now on; the former ends behind the requests that use it.</summary>
    public void Replace(ServedModel model) => Interlocked.Exchange(ref _current, model)?.Dispose();

    /// <inheritdoc/>
    public void Dispose() => Volatile.Read(ref _current)?.Dispose();
}

/// <summary>A model during a request.</summary>
/// <param name="Model">Stays until the lease ends.</param>
/// <param name="Use">Ends it.</param>
internal sealed record ModelLease(ServedModel Model, SharedUse.Use Use) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Use.Dispose();
}
