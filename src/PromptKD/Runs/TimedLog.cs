using System.Globalization;
using PromptKD.Training;

namespace PromptKD.Runs;

/// <summary>The log of <c>distill</c> and <c>teach</c>: each line with its time.</summary>
/// <param name="folder">Receives it.</param>
/// <param name="printFrequency">Batches between two lines of progress.</param>
/// <param name="next">Who else is watching; null for nobody.</param>
internal class TimedLog(RunFolder folder, int printFrequency, ITrainingObserver? next) : RunLog(next)
{
    /// <inheritdoc/>
    protected override void Write(string line) => folder.Log(line);

    /// <inheritdoc/>
    protected override void WriteEpoch(EpochRecord epoch)
    {
        string measured = (epoch.HeldOut is { } heldOut
                ? string.Create(CultureInfo.InvariantCulture, $", held out {heldOut.Agreement:0.000}")
                : "")
            + (epoch.Validation is { } result
                ? string.Create(CultureInfo.InvariantCulture, $", validation {result.All:0.0} %")
                : "");
        Write(string.Create(
            CultureInfo.InvariantCulture,
            $"epoch {epoch.Epoch}: loss {epoch.Loss:0.0000}, {Matches} {epoch.Agreement:0.000}{measured}"));
    }

    /// <inheritdoc/>
    protected override void WriteStep(TrainingProgress progress)
    {
        bool due = progress.Batch % Math.Max(printFrequency, 1) == 0 || progress.Batch == progress.Batches;
        if (due)
        {
            string matches = progress.Agreement is { } share
                ? string.Create(CultureInfo.InvariantCulture, $"{Matches} {share:0.000} ")
                : "";
            Write(string.Create(
                CultureInfo.InvariantCulture,
                $"epoch [{progress.Epoch}/{progress.Epochs}] batch [{progress.Batch}/{progress.Batches}] "
                + $"loss {progress.Loss:0.0000} ({progress.MeanLoss:0.0000}) {matches}"
                + $"lr {progress.LearningRate:0.0000e+00} {progress.PicturesPerSecond:0.0} images/s "
                + $"eta {progress.Remaining:d\\.hh\\:mm\\:ss}"));
        }
    }
}
