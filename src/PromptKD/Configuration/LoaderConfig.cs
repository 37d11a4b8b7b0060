namespace PromptKD.Configuration;

/// <summary>Order and batches of one set of images: the keys <c>DATALOADER.TRAIN_X.*</c> and <c>.TEST.*</c>.</summary>
public sealed record LoaderConfig
{
    /// <summary>Beyond every memory, and what a wrong digit makes.</summary>
    internal const int MostPictures = 1_000_000;

    /// <summary>The order of the images: shuffled each epoch, or as listed.</summary>
    [OneOf("RandomSampler", "SequentialSampler")]
    public string Sampler { get; init; } = "RandomSampler";

    /// <summary>Images per batch.</summary>
    [AtLeast(1), AtMost(MostPictures)]
    public int BatchSize { get; init; } = 32;
}
