using System.Collections.Concurrent;
using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Runs;
using PromptKD.Tests.Data;
using PromptKD.Training;
using SkiaSharp;

namespace PromptKD.Tests.Runs;

/// <summary>
/// Keys that act in every verb, each with another value than its default, and what must come of them. The numbers are
/// written here, not read from a configuration.
/// </summary>
internal static class OtherThanDefault
{
    private const int Epochs = 3;
    private const int BatchSize = 3;
    private const int Seed = 7;

    // Slower to encode than to write.
    private static readonly ConcurrentDictionary<int, byte[]> s_jpegs = [];

    /// <summary>KEY VALUE KEY VALUE ….</summary>
    public static string[] Overrides =>
    [
        "SEED", "7", "DEVICE", "cpu",
        "INPUT.INTERPOLATION", "bilinear", "INPUT.PIXEL_MEAN", "[0.4, 0.5, 0.6]", "INPUT.PIXEL_STD", "[0.2, 0.25, 0.3]",
        "INPUT.TRANSFORMS", "['random_resized_crop', 'normalize']", "INPUT.RRCROP_SCALE", "[0.3, 0.6]",
        "INPUT.UPRIGHT", "False", "INPUT.SCALE_16BIT", "False",
        "DATALOADER.NUM_WORKERS", "1", "DATALOADER.TRAIN_X.BATCH_SIZE", "3", "DATALOADER.TEST.BATCH_SIZE", "5",
        "OPTIM.NAME", "sgd", "OPTIM.LR", "0.02", "OPTIM.MAX_EPOCH", "3", "OPTIM.MOMENTUM", "0.6",
        "OPTIM.WEIGHT_DECAY", "0.003", "OPTIM.SGD_DAMPNING", "2", "OPTIM.SGD_NESTEROV", "True",
        "OPTIM.LR_SCHEDULER", "multi_step", "OPTIM.STEPSIZE", "[2]", "OPTIM.GAMMA", "0.5", "OPTIM.WARMUP_EPOCH", "1",
        "OPTIM.WARMUP_TYPE", "linear", "OPTIM.WARMUP_MIN_LR", "0.004", "OPTIM.WARMUP_RECOUNT", "False",
        "TRAIN.CHECKPOINT_MINUTES", "7", "DISTILL.FAST_JPEG", "True",
    ];

    /// <summary>Side of the pictures that tiny CLIPs see.</summary>
    public static Preprocessing Preparation { get; } = new()
    {
        Size = 16,
        Interpolation = Interpolation.Bilinear,
        Mean = new Rgb(0.4f, 0.5f, 0.6f),
        Std = new Rgb(0.2f, 0.25f, 0.3f),
    };

    /// <summary>A JPEG file large enough to be decoded at a reduced scale, another for each number.</summary>
    public static byte[] Jpeg(int number) => s_jpegs.GetOrAdd(number, _ => TestPictures.Encode(
        160,
        120,
        (x, y) => new SKColor((byte)(x * (number + 2)), (byte)(3 * y), (byte)(x * y)),
        SKEncodedImageFormat.Jpeg));

    /// <summary>Holds a plan to what the keys say.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="run">The run that it is of.</param>
    /// <param name="pictures">Training pictures.</param>
    public static void Check(TrainingPlan plan, OpenRun run, int pictures)
    {
        Assert.Equal(Epochs, plan.Epochs);
        Assert.Equal(pictures / BatchSize, plan.BatchesPerEpoch);
        Assert.Equal(pictures / BatchSize * BatchSize, plan.PicturesPerEpoch);

        // Warm-up; the full rate; with the warm-up counted, the step at 2 falls behind it.
        Assert.Equal([0.004, 0.02, 0.01], Enumerable.Range(0, Epochs).Select(plan.Schedule.Rate));
        Assert.Equal(new OptimizerSettings(0.6, 0.003, 2, true), plan.Optimizer);
        Assert.Equal(TimeSpan.FromMinutes(7), plan.CheckpointInterval);
        Assert.Equal((DeviceType.CPU, ScalarType.BFloat16), (plan.Target.Device.type, plan.Target.Type));
        Assert.Equal(Path.Combine(run.Folder.Root, "checkpoints", "last.safetensors"), plan.CheckpointPath);
        Assert.Equal(run.Inputs.Digests, plan.Inputs);
        Assert.True(ReferenceEquals(run.Log, plan.Progress) || plan.Progress is RunForecast);
        Assert.Equal(Preparation, run.Inputs.Preparation);
    }

    /// <summary>Holds the batches of the second epoch, from the second one on, to what the keys say.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="items">The training pictures.</param>
    /// <param name="isShuffled">Whether DATALOADER.TRAIN_X.SAMPLER is RandomSampler.</param>
    /// <param name="readsReducedJpeg">Whether the pictures are JPEG files that DISTILL.FAST_JPEG acts on.</param>
    public static void CheckBatches(
        TrainingPlan plan, IReadOnlyList<PictureItem> items, bool isShuffled, bool readsReducedJpeg)
    {
        using DisposeScope scope = NewDisposeScope();
        var loads = new LoadPlan
        {
            Order = isShuffled
                ? EpochOrder.Shuffled(items.Count, Seed, epoch: 1)
                : EpochOrder.Sequential(items.Count),
            BatchSize = BatchSize,
            DropLast = true,
            FirstBatch = 1,
            Views = new ViewGenerator(Seed) { MinArea = 0.3, MaxArea = 0.6, FlipProbability = 0 },
            View = 1,
        };
        Batch[] expected = Load(items, loads, reduced: true), exact = Load(items, loads, reduced: false);

        Batch[] actual = [.. plan.Batches(1, 1)];

        Assert.Equal((items.Count / BatchSize) - 1, actual.Length);
        Assert.All(expected.Zip(actual), pair =>
        {
            Assert.Equal((pair.First.Number, pair.First.View), (pair.Second.Number, pair.Second.View));
            Assert.Equal(pair.First.Items, pair.Second.Items);
            TensorAssert.SameBytes(pair.First.Images, pair.Second.Images);
        });
        Assert.Equal(readsReducedJpeg, !exact[0].Images.eq(actual[0].Images).all().item<bool>());
        Array.ForEach([.. expected, .. exact, .. actual], batch => batch.Dispose());
    }

    /// <summary>Pictures that are measured, as they must be prepared.</summary>
    public static Tensor Measured(IReadOnlyList<PictureItem> items)
    {
        var plan = new LoadPlan { Order = EpochOrder.Sequential(items.Count), BatchSize = items.Count };
        Batch batch = Load(items, plan, reduced: true).Single();
        return batch.Images;
    }

    private static Batch[] Load(IReadOnlyList<PictureItem> items, LoadPlan plan, bool reduced) =>
    [
        .. new PictureLoader(items, Preparation, new PictureLoaderOptions { ReducedJpegScale = reduced })
            .Load(plan, TestContext.Current.CancellationToken),
    ];
}
