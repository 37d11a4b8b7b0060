using PromptKD.Training;

namespace PromptKD.Runs;

/// <summary>Writes what happens into the run's log, and passes it on to whoever else is watching.</summary>
/// <param name="next">Who else is watching; null for nobody.</param>
internal abstract class RunLog(ITrainingObserver? next)
    : ITrainingObserver, IProgress<TrainingProgress>, IDisposable
{
    /// <summary>Does a piece of work; what ends it goes into the log, too, if that can be written.</summary>
    /// <param name="work">What to do.</param>
    /// <returns>What it returns; what it throws is thrown on.</returns>
    public T Record<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            WriteLast(error);
            throw;
        }
    }

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
    public void OnTraining(bool fromLabels)
    {
        Matches = fromLabels ? "accuracy" : "agreement";
        next?.OnTraining(fromLabels);
    }

    /// <inheritdoc/>
    public void OnStep(TrainingProgress progress)
    {
        WriteStep(progress);
        next?.OnStep(progress);
    }

    /// <inheritdoc/>
    public void OnEpoch(EpochRecord epoch)
    {
        WriteEpoch(epoch);
        next?.OnEpoch(epoch);
    }

    /// <inheritdoc/>
    public void Report(TrainingProgress value) => OnStep(value);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }

    /// <summary>What the share of pictures is called whose best class is the one asked for.</summary>
    protected string Matches { get; private set; } = "agreement";

    /// <summary>Adds a line.</summary>
    protected abstract void Write(string line);

    private void WriteLast(Exception error)
    {
        string kind = error is PromptKDException ? "" : $"{error.GetType().Name}: ";
        try
        {
            string what = error is PromptKDException mistake ? mistake.InWords : error.Message.ReplaceLineEndings(" ");
            Write($"error: {kind}{what}");
        }
        catch (PromptKDException)
        {
            // It is the disk that ends the run; whoever catches the error is told.
        }
    }

    /// <summary>Adds what is to be said of a step, if anything is.</summary>
    protected abstract void WriteStep(TrainingProgress progress);

    /// <summary>Adds what is to be said of an epoch, if anything is.</summary>
    protected virtual void WriteEpoch(EpochRecord epoch)
    {
    }
}
