using PromptKD.Configuration;
using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Training;

namespace PromptKD.Runs;

/// <summary>The pictures that a method learns from, and how its epochs go through them.</summary>
/// <param name="Config">Order, batches, views, optimizer and schedule.</param>
/// <param name="Count">Number of pictures.</param>
/// <param name="Loader">Loads them.</param>
internal sealed record TrainingPictures(ExperimentConfig Config, int Count, PictureLoader Loader)
{
    /// <summary>Draws crops and flips.</summary>
    public ViewGenerator Views { get; init; } = DistillationPictures.Views(Config);

    /// <summary>Views of each picture that there are; null where each epoch has its own.</summary>
    public int? ViewCount { get; init; }

    /// <summary>How a method is trained on them; nobody watches or measures yet.</summary>
    /// <param name="checkpointPath">The file that holds the run's state.</param>
    /// <param name="inputs">A digest of each input.</param>
    /// <param name="cancellation">Ends the wait for a batch.</param>
    public TrainingPlan Plan(
        string checkpointPath, IReadOnlyDictionary<string, string> inputs, CancellationToken cancellation)
    {
        LoadPlan first = Epoch(0, 0);
        return new TrainingPlan
        {
            Epochs = Config.Optim.MaxEpoch,
            BatchesPerEpoch = first.BatchCount,
            PicturesPerEpoch = Math.Min(first.BatchCount * first.BatchSize, Count),
            Batches = (epoch, firstBatch) => Loader.Load(Epoch(epoch, firstBatch), cancellation),
            Skipped = Loader.Skipped,
            Schedule = new LearningRateSchedule(Config.Optim),
            Optimizer = new OptimizerSettings(
                Config.Optim.Momentum, Config.Optim.WeightDecay, Config.Optim.SgdDampening, Config.Optim.SgdNesterov),
            CheckpointPath = checkpointPath,
            CheckpointInterval = Config.Train.CheckpointMinutes > 0
                ? TimeSpan.FromMinutes(Config.Train.CheckpointMinutes)
                : TimeSpan.MaxValue,
            Inputs = inputs,
        };
    }

    private LoadPlan Epoch(int epoch, int firstBatch) => new()
    {
        Order = Config.DataLoader.TrainX.Sampler == "SequentialSampler"
            ? EpochOrder.Sequential(Count)
            : EpochOrder.Shuffled(Count, Config.Seed, epoch),
        BatchSize = Config.DataLoader.TrainX.BatchSize,
        DropLast = true,
        FirstBatch = firstBatch,
        Views = Views,
        View = ViewCount is { } count ? epoch % count : epoch,
    };
}
