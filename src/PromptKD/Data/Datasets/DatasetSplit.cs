using PromptKD.Data.Pictures;

namespace PromptKD.Data.Datasets;

/// <summary>All pictures of a data set, labelled, in the order in which it lists them.</summary>
/// <param name="Train">Pictures to learn from.</param>
/// <param name="Validation">Pictures to choose settings by; null where the data set has none.</param>
/// <param name="Test">Pictures to measure on.</param>
internal sealed record DatasetSplit(
    IReadOnlyList<PictureItem> Train, IReadOnlyList<PictureItem>? Validation, IReadOnlyList<PictureItem> Test)
{
    /// <summary>Files beside the pictures; null from a reader that lists no folders.</summary>
    public LeftOut? LeftOut { get; init; }

    /// <summary>The parts that there are, with their names.</summary>
    public IEnumerable<(string Name, IReadOnlyList<PictureItem> Items)> Parts =>
        Validation is null
            ? [("train", Train), ("test", Test)]
            : [("train", Train), ("val", Validation), ("test", Test)];
}
