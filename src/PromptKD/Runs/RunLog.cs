using PromptKD.Training;

namespace PromptKD.Runs;

/// <summary>Writes what happens into the run's log, and passes it on to whoever else is watching.</summary>
/// <param name="next">Who else is watching; null for nobody.</param>
internal abstract class RunLog(ITrainingObserver? next)
    : ITrainingObserver, IProgress<TrainingProgress>, IDisposable
{
    /// <inheritdoc/>
    public void OnPhase(string description)
    {
        Write(description);
        next?.OnPhase(description);
    }

    /// <inheritdoc/>
    public void OnPrint(string line)
    {
        Write(line);
        next?.OnPrint(line);
    }

    /// <inheritdoc/>
    public void OnWarning(string message)
    {
        Write($"warning: {message}");
        next?.OnWarning(message);
    }

    /// <inheritdoc/>
    public void OnFetched(Uri source, long received, long? total) => next?.OnFetched(source, received, total);

    /// <inheritdoc/>
    public void OnStored(long done, long total) => next?.OnStored(done, total);

    /// <inheritdoc/>
    public void OnStep(TrainingProgress progress)
    {
        WriteStep(progress);
        next?.OnStep(progress);
    }

    /// <inheritdoc/>
    public void OnEpoch(EpochRecord epoch)
    {
        WriteEpoch();
        next?.OnEpoch(epoch);
    }

    /// <inheritdoc/>
    public void Report(TrainingProgress value) => OnStep(value);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }

    /// <summary>Adds a line.</summary>
    protected abstract void Write(string line);

    /// <summary>Adds what is to be said of a step, if anything is.</summary>
    protected abstract void WriteStep(TrainingProgress progress);

    /// <summary>Told that an epoch is done.</summary>
    protected virtual void WriteEpoch()
    {
    }
}
