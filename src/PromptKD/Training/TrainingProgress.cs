namespace PromptKD.Training;

/// <summary>Where a training run stands after a step, for whoever shows it.</summary>
/// <param name="Epoch">Running epoch, counted from 1.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="Batch">Batches done in this epoch.</param>
/// <param name="Batches">Batches of an epoch.</param>
/// <param name="Loss">Loss of the last batch.</param>
/// <param name="MeanLoss">Mean loss of this epoch's pictures so far.</param>
/// <param name="Agreement">
/// Share of this epoch's pictures whose best class is the one asked for, 0–1; null on a GPU, which would have to be
/// waited for: it is read at the end of the epoch.
/// </param>
/// <param name="LearningRate">Learning rate of this epoch.</param>
/// <param name="PicturesPerSecond">Pictures learned from a second, since this process started training.</param>
/// <param name="Remaining">Estimated time to the end of training.</param>
public sealed record TrainingProgress(
    int Epoch,
    int Epochs,
    int Batch,
    int Batches,
    double Loss,
    double MeanLoss,
    double? Agreement,
    double LearningRate,
    double PicturesPerSecond,
    TimeSpan Remaining)
{
    /// <summary>
    /// Share of the last batch's pictures whose best class is the one asked for, 0–1; null where
    /// <see cref="Agreement"/> is.
    /// </summary>
    public double? BatchAgreement { get; init; }

    /// <summary>Time since the step before, or since the epoch began.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The part of <see cref="Duration"/> in which the step waited for its pictures.</summary>
    public TimeSpan Loading { get; init; }
}
