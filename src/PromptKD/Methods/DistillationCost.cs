using System.Globalization;
using PromptKD.Configuration;
using PromptKD.Models.Clip;
using PromptKD.Runtime;

namespace PromptKD.Methods;

/// <summary>
/// What a whole distillation takes, worked out from what a view of a picture takes: storing, measuring, the start on
/// stored features, and the epochs.
/// </summary>
internal sealed record DistillationCost
{
    // What a step takes, in looks of the student: forward with what the backward pass needs kept, and backward through
    // frozen layers; where their weights learn, once more. Measured: docs/how-to/read-a-run.md.
    private const double LooksOfFrozen = 2.3;
    private const double LooksOfTuned = 3.3;

    // Compiling what steps and pages call for the first time, calibration, package and page.
    private static readonly TimeSpan s_aside = TimeSpan.FromSeconds(2);

    // Numbers that each layer of a transformer keeps for the backward pass, of a token; of pairs of tokens none.
    private const int KeptOfToken = 16;
    private const int BytesOfNumber = 4;
    private const int BytesOfStored = 2;

    // By which the program and libtorch's own stock grow, whatever the models are.
    private const long Growth = 40_000_000;

    // How far off the times of whole runs were, either way: docs/how-to/read-a-run.md.
    private const double Margin = 2;

    /// <summary>All settings.</summary>
    public required ExperimentConfig Config { get; init; }

    /// <summary>What a view takes: of both towers.</summary>
    public required ViewPace Pace { get; init; }

    /// <summary>The student's tower.</summary>
    public required ClipArchitecture Student { get; init; }

    /// <summary>Pictures that can be read.</summary>
    public required int Pictures { get; init; }

    /// <summary>Those of them that are held out.</summary>
    public int HeldOut { get; init; }

    /// <summary>Labelled pictures, measured as those are.</summary>
    public int Validation { get; init; }

    /// <summary>Time of a step of the start: projector, loss and update, which a step of an epoch has, too.</summary>
    public TimeSpan StartStep { get; init; }

    /// <summary>Bytes in use now; null where that is not known.</summary>
    public long? MemoryNow { get; init; }

    /// <summary>Bytes that were in use at most so far; null where that is not known.</summary>
    public long? MemorySoFar { get; init; }

    /// <summary>Each part of the run that takes time, in order.</summary>
    public IReadOnlyList<(string Name, TimeSpan Time)> Phases =>
    [
        .. new[]
        {
            ("storing", Storing),
            ("measuring", Measuring),
            ($"the start's {Counted.Of(Config.Distill.Start.Epochs, "pass", "passes")}", Starting),
            (Counted.Of(Config.Optim.MaxEpoch, "epoch"), Learning),
            ("compiling and writing", s_aside),
        }.Where(phase => phase.Item2 > TimeSpan.Zero),
    ];

    /// <summary>All of them.</summary>
    public TimeSpan Total => Storing + Measuring + Starting + Learning + s_aside;

    /// <summary>
    /// Bytes in use at most; null where what is in use now is not known. Reading the models may have taken more than
    /// what is to come, and a teacher is freed once its features are stored.
    /// </summary>
    public long? Memory => MemoryNow is { } now
        ? Math.Max(
            MemorySoFar ?? now,
            now + Growth - (Stored ? Pace.Teacher!.Bytes : 0)
                + (Config.Optim.MaxEpoch > 0 && LooksOfStep > 1 ? Activations : 0))
        : null;

    /// <summary>Bytes of the stores on disk.</summary>
    public long StoreBytes => Stored
        ? (long)Pictures * Config.Distill.Views * BytesOfStored
            * (Pace.Teacher!.EmbeddingSize + (HasStart ? Pace.Student!.EmbeddingSize : 0))
        : 0;

    /// <summary>The estimate, in a line.</summary>
    public string Describe()
    {
        string phases = string.Join(", ", Phases.Select(phase => $"{TimeText.Words(phase.Time)} of {phase.Name}"));
        return $"About {TimeText.Words(Total)} for the whole run ({TimeText.Words(Total / Margin)} to "
            + $"{TimeText.Words(Total * Margin)} while the machine is as busy as it is now): {phases}"
            + (Memory is { } memory ? $"; {Gigabytes(memory)} of memory" : "")
            + (StoreBytes > 0 ? $"; {Gigabytes(StoreBytes)} of stores on disk" : "");
    }

    private bool HasStart => Config.Distill.Start.Epochs > 0;

    private bool Stored => Config.Distill.Views > 0 && Config.Distill.Store.Length == 0 && Pace.Teacher is not null;

    private bool IsLive => Config.Distill.Views == 0 && Config.Distill.Store.Length == 0;

    private int Learned => Pictures - HeldOut;

    private bool HasPrompts => Config.Trainer.PromptKD is { NCtxVision: > 0, PromptDepthVision: > 0 };

    private double LooksOfStep => Config.Trainer.PromptKD.TuneTower ? LooksOfTuned : HasPrompts ? LooksOfFrozen : 1;

    private long Tokens
    {
        get
        {
            long side = Student.ImageSize / Student.PatchSize;
            return (side * side) + 1;
        }
    }

    // Of a picture, once its tokens are in the tower: in small towers they are no small part.
    private double PromptedLook => (Pace.Student?.Seconds ?? 0)
        * (Student.HasTokens && HasPrompts ? 1 + ((double)Config.Trainer.PromptKD.NCtxVision / Tokens) : 1);

    private TimeSpan Storing => Seconds(Config.Distill.Views * (double)Pictures
        * (Stored ? Pace.Loading + Pace.Teacher!.Seconds + (HasStart ? Pace.Student!.Seconds : 0) : 0));

    // The teacher once; the student as it comes, behind the start, and behind each epoch.
    private TimeSpan Measuring => Seconds((HeldOut + Validation)
        * ((Pace.Teacher is { } teacher ? Pace.Loading + teacher.Seconds : 0)
            + ((1 + (HasStart ? 1 : 0)) * (Pace.Loading + (Pace.Student?.Seconds ?? 0)))
            + (Config.Optim.MaxEpoch * (Pace.Loading + PromptedLook))));

    private TimeSpan Starting => StartStep * Config.Distill.Start.Epochs * Batches(Config.Distill.Start.BatchSize);

    private TimeSpan Learning
    {
        get
        {
            int batch = Config.DataLoader.TrainX.BatchSize;
            double picture = Pace.Loading + (LooksOfStep * PromptedLook)
                + (IsLive ? Pace.Teacher?.Seconds ?? 0 : 0);
            return Config.Optim.MaxEpoch
                * (Seconds(Math.Min(Learned, Batches(batch) * batch) * picture) + (StartStep * Batches(batch)));
        }
    }

    // A convolutional tower keeps feature maps, which are not counted here.
    private long Activations
    {
        get
        {
            if (!Student.HasTokens)
            {
                return 0;
            }

            long tokens = Tokens + Config.Trainer.PromptKD.NCtxVision;
            long layer = tokens * Student.VisionWidth * KeptOfToken;
            return BytesOfNumber * Config.DataLoader.TrainX.BatchSize * Student.VisionLayers * layer;
        }
    }

    // The last batch of a pass is left out where it is not full.
    private int Batches(int size) => Math.Max(1, Learned / size);

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static string Gigabytes(long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0##} GB");
}
