using PromptKD.Data.Pictures;

namespace PromptKD.Data.Datasets;

/// <summary>Which pictures and classes an experiment uses for what.</summary>
/// <param name="ClassNames">Names of the classes, in the order of the labels of <paramref name="Train"/>.</param>
/// <param name="Train">Pictures to learn from.</param>
/// <param name="Validation">
/// What the reference measures after an epoch: test pictures. Null for ImageNet's variants.
/// </param>
/// <param name="Test">
/// Pictures to measure on. In PromptKD's base-to-novel mode they are those of the novel classes, with labels from 0.
/// </param>
/// <param name="RealValidation">
/// The data set's own validation pictures, of the classes of <paramref name="Validation"/>; null where it has none.
/// </param>
internal sealed record ProtocolLists(
    IReadOnlyList<string> ClassNames,
    IReadOnlyList<PictureItem> Train,
    IReadOnlyList<PictureItem>? Validation,
    IReadOnlyList<PictureItem> Test,
    IReadOnlyList<PictureItem>? RealValidation)
{
    /// <summary>As <see cref="DatasetSplit.LeftOut"/>.</summary>
    public LeftOut? LeftOut { get; init; }
}
