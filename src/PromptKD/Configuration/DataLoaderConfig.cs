namespace PromptKD.Configuration;

/// <summary>How images are read and batched: the keys <c>DATALOADER.*</c>.</summary>
public sealed record DataLoaderConfig
{
    /// <summary>Images decoded at the same time, apart from the training itself.</summary>
    [AtLeast(0)]
    public int NumWorkers { get; init; } = 4;

    /// <summary>Training images; PromptKD uses them without their labels.</summary>
    public LoaderConfig TrainX { get; init; } = new();

    /// <summary>Validation and test images.</summary>
    public LoaderConfig Test { get; init; } = new() { Sampler = "SequentialSampler" };
}
