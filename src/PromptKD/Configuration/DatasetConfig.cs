namespace PromptKD.Configuration;

/// <summary>Which images, and which of their classes: the keys <c>DATASET.*</c>.</summary>
public sealed record DatasetConfig
{
    /// <summary>Folder that holds all data sets, each in a folder of its own.</summary>
    public string Root { get; init; } = "";

    /// <summary>The data set's name in Dassl's spelling, such as DescribableTextures.</summary>
    public string Name { get; init; } = "";

    /// <summary>Training images drawn per class; 0 or negative takes all.</summary>
    public int NumShots { get; init; } = -1;

    /// <summary>
    /// Classes used: all, base (the first half, rounded up) or new (the rest). PromptKD's base-to-novel mode
    /// trains on all of them and does not read it.
    /// </summary>
    [OneOf("all", "base", "new")]
    public string SubsampleClasses { get; init; } = "all";
}
