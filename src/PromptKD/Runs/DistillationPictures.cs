using PromptKD.Configuration;
using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Features;
using PromptKD.Features.Store;
using PromptKD.Models.Clip;
using PromptKD.Runtime;
using PromptKD.Teachers;


namespace PromptKD.Runs;

/// <summary>How the configuration wants pictures: prepared, loaded, cropped, and seen by the teacher.</summary>
internal static class DistillationPictures
{
    private const int PicturesPerShard = 256;

    /// <summary>Size from the model, everything else from the configuration.</summary>
    public static Preprocessing PreprocessingOf(ExperimentConfig config, ClipArchitecture model) => new()
    {
        Size = model.ImageSize,
        Interpolation = config.Input.Interpolation == "bilinear" ? Interpolation.Bilinear : Interpolation.Bicubic,
        Mean = ToRgb(config.Input.PixelMean),
        Std = ToRgb(config.Input.PixelStd),
    };

    /// <summary>Threads, strictness and decoding.</summary>
    public static PictureLoaderOptions LoaderOptions(ExperimentConfig config)
    {
        var options = new PictureLoaderOptions
        {
            Strict = config.Distill.Strict,
            ReducedJpegScale = config.Distill.FastJpeg,
            PinMemory = true,
        };
        int workers = Math.Min(config.DataLoader.NumWorkers, Environment.ProcessorCount);
        return workers > 0 ? options with { Workers = workers } : options;
    }

    /// <summary>Crops and flips.</summary>
    public static ViewGenerator Views(ExperimentConfig config) => new(config.Seed)
    {
        RandomCrop = config.Input.Transforms.Contains("random_resized_crop"),
        MinArea = config.Input.RandomResizedCropScale[0],
        MaxArea = config.Input.RandomResizedCropScale[1],
        FlipProbability = config.Input.Transforms.Contains("random_flip") ? 0.5 : 0,
    };

    /// <summary>The index of a store for these pictures and this teacher.</summary>
    public static StoreIndex Index(
        ExperimentConfig config,
        ComputeTarget target,
        OpenedTeacher teacher,
        PictureSet pictures,
        Preprocessing preprocessing) => new()
        {
            Teacher = teacher.Sha256,
            TeacherPrompts = teacher.PromptsSha256,
            RoundPromptsToHalf = config.Trainer.PromptKD.HalfPrompts,
            Pictures = pictures.Digest,
            PictureCount = pictures.Items.Count,
            Preprocessing = preprocessing,
            FastJpeg = config.Distill.FastJpeg,
            Views = Views(config),
            ViewCount = config.Distill.Views,
            Precision = target.PrecisionName,
            EmbeddingSize = teacher.Model.Architecture.EmbeddingSize,
            PicturesPerShard = PicturesPerShard,
            BatchSize = config.DataLoader.TrainX.BatchSize,
        };

    /// <summary>Makes the missing shards of a part, and says how it goes.</summary>
    public static void Fill(
        TeacherStore store,
        PictureLoader loader,
        LiveFeatures teacher,
        StorePart part,
        IRunObserver observer,
        CancellationToken cancellation)
    {
        IReadOnlyList<int> shards = store.ShardsToMake(part);
        observer.OnPhase($"Storing the teacher's features in {store.Folder}: {shards.Count} shards to make, "
            + $"{store.Index.ViewCount} views");
        store.Fill(loader, teacher, shards, observer.OnStored, cancellation);
        foreach (SkippedPicture picture in loader.Skipped)
        {
            observer.OnWarning($"skipped {picture.Path}: {picture.Reason}");
        }
    }

    private static Rgb ToRgb(ValueList<double> values) => new((float)values[0], (float)values[1], (float)values[2]);
}
