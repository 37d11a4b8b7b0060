using System.Globalization;
using PromptKD.Training;

namespace PromptKD.Runs;

/// <summary>Writes what happens into the run's log, and passes it on to whoever else is watching.</summary>
internal sealed class RunObserver(RunFolder run, int printFrequency, ITrainingObserver? next)
    : ITrainingObserver, IProgress<TrainingProgress>
{
    public void OnPhase(string description)
    {
        run.Log(description);
        next?.OnPhase(description);
    }

    public void OnWarning(string message)
    {
        run.Log($"warning: {message}");
        next?.OnWarning(message);
    }

    public void OnFetched(Uri source, long received, long? total) => next?.OnFetched(source, received, total);

    public void OnStored(long done, long total) => next?.OnStored(done, total);

    public void OnStep(TrainingProgress progress)
    {
        bool due = progress.Batch % Math.Max(printFrequency, 1) == 0 || progress.Batch == progress.Batches;
        if (due)
        {
            run.Log(string.Create(
                CultureInfo.InvariantCulture,
                $"epoch [{progress.Epoch}/{progress.Epochs}] batch [{progress.Batch}/{progress.Batches}] "
                + $"loss {progress.Loss:0.0000} ({progress.MeanLoss:0.0000}) agreement {progress.Agreement:0.000} "
                + $"lr {progress.LearningRate:0.0000e+00} {progress.PicturesPerSecond:0.0} images/s "
                + $"eta {progress.Remaining:d\\.hh\\:mm\\:ss}"));
        }

        next?.OnStep(progress);
    }

    public void OnEpoch(EpochRecord epoch) => next?.OnEpoch(epoch);

    public void Report(TrainingProgress value) => OnStep(value);
}
