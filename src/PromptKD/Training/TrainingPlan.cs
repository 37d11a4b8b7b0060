using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Evaluation;
using PromptKD.Runtime;
using PromptKD.Runtime.Processes;

namespace PromptKD.Training;

/// <summary>How a method is trained, on what, and where checkpoints go.</summary>
internal sealed record TrainingPlan
{
    /// <summary>Where pixels go, and in which element type.</summary>
    public ComputeTarget Target { get; init; } = new(CPU, ScalarType.Float32);

    /// <summary>Whether it is the start on stored features, whose epochs are called passes.</summary>
    public bool IsStart { get; init; }

    /// <summary>Passes over the pictures.</summary>
    public required int Epochs { get; init; }

    /// <summary>Batches of an epoch.</summary>
    public required int BatchesPerEpoch { get; init; }

    /// <summary>Pictures of an epoch, for the estimate of the time left.</summary>
    public required int PicturesPerEpoch { get; init; }

    /// <summary>The batches of an epoch (counted from 0), from a batch on.</summary>
    public required Func<int, int, IEnumerable<Batch>> Batches { get; init; }

    /// <summary>What batches need and others are still making; null where all is there.</summary>
    public IAwaited? Awaited { get; init; }

    /// <summary>Pictures that could not be read so far; grows as batches are loaded.</summary>
    public SkippedPictures Skipped { get; init; } = new();

    /// <summary>Learning rate by epoch.</summary>
    public required LearningRateSchedule Schedule { get; init; }

    /// <summary>Momentum and decay.</summary>
    public OptimizerSettings Optimizer { get; init; } = new();

    /// <summary>The file that holds the run's state.</summary>
    public required string CheckpointPath { get; init; }

    /// <summary>How long a running epoch goes on without being saved.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long the ends of epochs go unsaved, where those are many and short; the last one is always saved. Zero saves
    /// each.
    /// </summary>
    public TimeSpan EpochInterval { get; init; }

    /// <summary>
    /// Whether what the model agreed with is read after each step, on a GPU, too, which then waits for it; else only
    /// where nothing has to wait.
    /// </summary>
    public bool CountsAlong { get; init; }

    /// <summary>Which run it is: a digest of its settings, kept with the checkpoint.</summary>
    public string RunMark { get; init; } = "";

    /// <summary>A digest of each input, kept with the checkpoint.</summary>
    public IReadOnlyDictionary<string, string> Inputs { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Measures the model after each epoch (counted from 0); null, or a null result, measures nothing.
    /// </summary>
    public Func<int, CancellationToken, BaseNovelResult?>? Validate { get; init; }

    /// <summary>
    /// Compares the model with its teacher on held-out pictures, behind <see cref="Validate"/>; null, or a null result,
    /// compares nothing.
    /// </summary>
    public Func<CancellationToken, HeldOutResult?>? CompareHeldOut { get; init; }

    /// <summary>
    /// Told each finished epoch before the run is saved, so that what it writes is whole when the run counts on it: the
    /// finished epochs, and the optimizer.
    /// </summary>
    public Action<IReadOnlyList<EpochRecord>, Optimizer>? EpochEnding { get; init; }

    /// <summary>Who learns together: each takes its part of every batch, and all learn the same.</summary>
    public IProcessGroup Processes { get; init; } = OneProcess.Instance;

    /// <summary>Told after each step.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Told all finished epochs after each one, when its checkpoint is on disk, if it has one.</summary>
    public Action<IReadOnlyList<EpochRecord>>? EpochDone { get; init; }

    /// <summary>
    /// The plan of a process that is not the first: it learns and measures as all do, and tells nobody.
    /// </summary>
    public TrainingPlan Quiet() => this with { EpochEnding = null, EpochDone = null, Progress = null };
}
