using System.Globalization;
using PromptKD.Configuration;
using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Features.Store;
using PromptKD.Methods;
using PromptKD.Runtime;
using PromptKD.Runtime.Processes;
using PromptKD.Training;

namespace PromptKD.Runs;

/// <summary>
/// The start that DISTILL.START.* asks for: the student's features are stored beside the teacher's, of the same views,
/// and what stands behind the student's tower learns from them. It goes on where it was cut off, by the same loop and
/// with the same promise as the rest of the run.
/// </summary>
internal static class CachedStart
{
    private const string CheckpointFile = "start.safetensors";

    // A pass may take less time than its checkpoint.
    private static readonly TimeSpan s_unsaved = TimeSpan.FromSeconds(5);

    /// <summary>Learns, or takes over what was learned before.</summary>
    /// <param name="run">The run, its teachers' features stored.</param>
    /// <param name="method">Its method, at its first values.</param>
    /// <param name="common">How the run goes on behind the start.</param>
    /// <param name="passed">Is told of each pass.</param>
    /// <returns>What the last pass came to.</returns>
    /// <exception cref="PromptKDException">The store or its checkpoint is damaged, or of something else.</exception>
    public static EpochRecord Learn(
        OpenRun run, ITrainedMethod method, TrainingPlan common, Action<EpochRecord> passed)
    {
        (ViewGenerator views, int count) = run.Inputs.StoredViews!.Value;
        using var parts = new Unfinished();
        StoredFeatures features = parts.Add(
            run.Inputs.StudentStore!.Read(run.Folder.Root, method.Model.Images, views, count));
        ProjectorStart projector = parts.HandOver(method.Start(features)!);
        using ITrainedMethod start = AveragedMethod.Of(projector, run.Settings.Average);
        TrainingPlan plan = Plan(run, common, count, passed);
        using var loop = new TrainingLoop(start, run.Context.Processes.IsLeader() ? plan : plan.Quiet());
        run.Context.Processes.LeaderAlone(() => Begin(run, loop, projector, count), run.Context.Stop);
        loop.Join(run.Context.Stop);
        if (loop.Position.Epoch < loop.Plan.Epochs)
        {
            run.Log.OnPhase(
                $"Projector alone, on stored features: {Counted.Of(loop.Plan.Epochs, "pass", "passes")} over "
                + $"{Counted.Of(count, "view")} of {Counted.Of(run.Inputs.Pictures.LearnedCount, "picture")}");
            loop.Run(run.Context.Stop);
        }

        start.SetTraining(false);
        method.SetTraining(false);
        return loop.Position.History[^1];
    }

    /// <summary>How the learning rate of its passes goes, as an optimizer's settings.</summary>
    /// <param name="start">DISTILL.START.</param>
    public static OptimConfig Rates(StartConfig start) => new()
    {
        Lr = start.Lr,
        LrScheduler = "cosine",
        MaxEpoch = start.Epochs,
        WarmupEpoch = start.WarmupEpoch,
    };

    /// <summary>What each pass of a start that has ended came to; none where there was no start.</summary>
    /// <param name="folder">Of the run.</param>
    public static IReadOnlyList<EpochRecord> ReadPasses(RunFolder folder)
    {
        try
        {
            using TrainingCheckpoint? checkpoint = TrainingCheckpoint.ReadIfAny(PathIn(folder));
            return checkpoint?.Position.History ?? [];
        }
        catch (PromptKDException)
        {
            // Nothing but curves hangs on it once the start is over.
            return [];
        }
    }

    /// <summary>Says which pictures changed since a start was cut off, while there is a list of those before.</summary>
    /// <exception cref="PromptKDException">They did, and it is not accepted; or its checkpoint is damaged.</exception>
    public static void NameChanges(OpenRun run)
    {
        using TrainingCheckpoint? checkpoint = TrainingCheckpoint.ReadIfAny(PathIn(run.Folder));
        if (checkpoint is not null)
        {
            ChangedPictures.Accept(run, run.Folder.Root, checkpoint.Inputs);
        }
    }

    // Where it was cut off, or with a projector that fits.
    private static void Begin(OpenRun run, TrainingLoop loop, ProjectorStart projector, int views)
    {
        using TrainingCheckpoint? checkpoint = TrainingCheckpoint.ReadIfAny(
            loop.Plan.CheckpointPath, run.Log.OnWarning);
        if (checkpoint is not null)
        {
            RunMark.RefuseOther(checkpoint.Path, checkpoint.RunMark, run.Settings.Config);
            ChangedPictures.RefuseOtherInputs(run, run.Folder.Root, checkpoint.Inputs);
            loop.Restore(checkpoint);
        }

        double ridge = run.Settings.Config.Distill.Start.Ridge;
        if (loop.Position.IsAtStart && ridge > 0)
        {
            run.Log.OnPhase("Fitting the projector's last layer to the teacher's features");
            PictureSet pictures = run.Inputs.Pictures;
            projector.Fit(ridge, pictures.OnlyLearned([.. Enumerable.Range(0, pictures.Items.Count)]), views);
        }
    }

    private static string PathIn(RunFolder folder) =>
        Path.Combine(Path.GetDirectoryName(folder.CheckpointPath)!, CheckpointFile);

    private static TrainingPlan Plan(OpenRun run, TrainingPlan common, int views, Action<EpochRecord> passed)
    {
        ExperimentConfig config = run.Settings.Config;
        StartConfig start = config.Distill.Start;
        PictureSet pictures = run.Inputs.Pictures;
        LoadPlan first = Epoch(0, 0);
        TrainingPlan plan = common with
        {
            IsStart = true,
            Epochs = start.Epochs,
            BatchesPerEpoch = first.BatchCount,
            PicturesPerEpoch = Math.Min(first.BatchCount * first.BatchSize, pictures.LearnedCount),
            Batches = (epoch, batch) => Batches(Epoch(epoch, batch)),
            Awaited = AwaitedShards.Of(run.Inputs, epoch => Epoch(epoch, 0)),
            Schedule = new LearningRateSchedule(Rates(start)),
            CheckpointPath = PathIn(run.Folder),
            EpochInterval = s_unsaved,
            Validate = null,

            // Looking at pictures takes ten times what a pass takes: they are looked at behind the last one.
            CompareHeldOut = null,
            EpochEnding = null,
            Progress = null,
            EpochDone = history =>
            {
                passed(history[^1]);
                Tell(run, history, start.Epochs);
            },
        };
        return plan with { Progress = new RunForecast(run, plan, () => TimeSpan.Zero) { IsOfStart = true } };

        LoadPlan Epoch(int epoch, int firstBatch) => new()
        {
            Order = pictures.OnlyLearned(EpochOrder.Shuffled(pictures.Items.Count, config.Seed, epoch)),
            BatchSize = start.BatchSize,
            DropLast = true,
            FirstBatch = firstBatch,
            View = epoch % views,
            Epoch = epoch,
            Rows = run.Context.Processes.Share(),
        };
    }

    // Passes are many and short: ten lines say how they go.
    private static void Tell(OpenRun run, IReadOnlyList<EpochRecord> history, int passes)
    {
        if (history.Count % Math.Max(1, passes / 10) == 0 || history.Count == passes)
        {
            EpochRecord last = history[^1];
            run.Log.OnPhase(string.Create(
                CultureInfo.InvariantCulture,
                $"pass {last.Epoch} of {passes}: loss {last.Loss:0.0000}, agreement {last.Agreement:P1}"));
        }
    }

    private static IEnumerable<Batch> Batches(LoadPlan plan)
    {
        for (int number = plan.FirstBatch; number < plan.BatchCount; number++)
        {
            int[] items = plan.ItemsOf(number);
            if (items.Length == 0)
            {
                continue;
            }

            yield return new Batch([], [], labels: null, items)
            {
                Number = number,
                View = plan.View,
                Epoch = plan.Epoch,
            };
        }
    }
}
