using PromptKD.Configuration;
using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Evaluation;
using PromptKD.Runtime.Processes;
using PromptKD.Training;

namespace PromptKD.Runs;

/// <summary>How every kind of run goes through its pictures.</summary>
internal static class RunPlan
{
    /// <summary>Order, batches, views, optimizer, schedule and checkpoints; nothing is measured yet.</summary>
    /// <param name="run">The run, its method built.</param>
    public static TrainingPlan Of(OpenRun run)
    {
        ExperimentConfig config = run.Settings.Config;
        PictureLoader loader = run.Inputs.MakeLoader();
        int pictures = run.Inputs.Pictures.Items.Count;
        int group = GroupOfFirstEpoch(run, pictures);
        (ViewGenerator views, int? stored) = run.Inputs.StoredViews is { } made
            ? (made.Views, made.Count)
            : (LoadingSettings.Views(config), (int?)null);
        loader.Skipped.AddNamed(run.Inputs.Pictures.Unreadable);
        LoadPlan first = Epoch(0, 0);
        return new TrainingPlan
        {
            Target = run.Context.Target,
            Processes = run.Context.Processes,
            Epochs = config.Optim.MaxEpoch,
            BatchesPerEpoch = first.BatchCount,
            PicturesPerEpoch = Math.Min(first.BatchCount * first.BatchSize, run.Inputs.Pictures.LearnedCount),
            Batches = (epoch, firstBatch) => loader.Load(Epoch(epoch, firstBatch), run.Context.Stop),
            Awaited = AwaitedShards.Of(run.Inputs, epoch => Epoch(epoch, 0)),
            Skipped = loader.Skipped,
            Schedule = new LearningRateSchedule(config.Optim),
            Optimizer = OptimizerSettings.Of(config.Optim),
            CheckpointPath = run.Folder.CheckpointPath,
            CheckpointInterval = config.Train.CheckpointMinutes > 0
                ? TimeSpan.FromMinutes(config.Train.CheckpointMinutes)
                : TimeSpan.MaxValue,
            RunMark = run.Settings.Mark,
            Inputs = run.Inputs.Digests,
            Progress = run.Log,
            EpochDone = history =>
            {
                run.Folder.WriteMetrics(MetricLines.Of(history, new Baselines()));
                run.Log.OnEpoch(history[^1]);
            },
        };

        LoadPlan Epoch(int epoch, int firstBatch) => new()
        {
            Order = run.Inputs.Pictures.OnlyLearned(config.DataLoader.TrainX.Sampler == "SequentialSampler"
                ? EpochOrder.Sequential(pictures)
                : EpochOrder.Grouped(pictures, epoch == 0 ? group : pictures, config.Seed, epoch)),
            BatchSize = config.DataLoader.TrainX.BatchSize,
            DropLast = true,
            FirstBatch = firstBatch,
            Views = views,
            View = stored is { } count ? epoch % count : epoch,
            Epoch = epoch,
            Rows = run.Context.Processes.Share(),
        };
    }

    // Pictures that the first epoch mixes among each other.
    private static int GroupOfFirstEpoch(OpenRun run, int pictures) =>
        run.Settings.Config.Distill.FirstEpochShards is > 0 and var shards && run.Inputs.PicturesPerShard is { } size
            ? (int)Math.Min((long)shards * size, Math.Max(pictures, 1))
            : pictures;
}
