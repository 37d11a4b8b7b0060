using PromptKD.Configuration;
using PromptKD.Data.Decoding;
using PromptKD.Runtime.Processes;

namespace PromptKD.Data.Loading;

/// <summary>How a configuration wants pictures loaded and cropped.</summary>
internal static class LoadingSettings
{
    /// <summary>Threads, strictness and decoding.</summary>
    /// <param name="config">DATALOADER.NUM_WORKERS, DISTILL.STRICT, DISTILL.FAST_JPEG.</param>
    /// <param name="device">Where models compute: pixels are pinned only on their way to a GPU.</param>
    public static PictureLoaderOptions Options(ExperimentConfig config, Device device)
    {
        var options = new PictureLoaderOptions
        {
            Strict = config.Distill.Strict,
            ReducedJpegScale = config.Distill.FastJpeg,
            PinMemory = device.type == DeviceType.CUDA,
        };
        int cores = ProcessGroup.Count == 1 ? Environment.ProcessorCount : ProcessGroup.Place.Cores();
        int workers = Math.Min(config.DataLoader.NumWorkers, cores);
        options = ProcessGroup.Count == 1 ? options : options with { Workers = Math.Min(options.Workers, cores) };
        return workers > 0 ? options with { Workers = workers } : options;
    }

    /// <summary>Crops and flips.</summary>
    /// <param name="config">SEED, INPUT.TRANSFORMS, INPUT.RRCROP_SCALE.</param>
    public static ViewGenerator Views(ExperimentConfig config) => new(config.Seed)
    {
        RandomCrop = config.Input.Transforms.Contains("random_resized_crop"),
        MinArea = config.Input.RandomResizedCropScale[0],
        MaxArea = config.Input.RandomResizedCropScale[1],
        FlipProbability = config.Input.Transforms.Contains("random_flip") ? 0.5 : 0,
    };
}
