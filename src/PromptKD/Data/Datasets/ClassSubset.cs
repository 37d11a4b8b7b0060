using PromptKD.Data.Pictures;

namespace PromptKD.Data.Datasets;

/// <summary>
/// The classes of DATASET.SUBSAMPLE_CLASSES: all, base (the first half, rounded up) or new (the rest).
/// </summary>
internal sealed class ClassSubset
{
    private readonly Dictionary<int, int>? _newLabels;

    private ClassSubset(Dictionary<int, int>? newLabels) => _newLabels = newLabels;

    /// <summary>The classes among those of some pictures.</summary>
    /// <param name="items">Their distinct labels, sorted, are what is halved.</param>
    /// <param name="classes">all, base or new.</param>
    public static ClassSubset Of(IReadOnlyList<PictureItem> items, string classes)
    {
        if (classes == "all")
        {
            return new ClassSubset(null);
        }

        int[] labels = [.. items.Select(item => item.Label!.Value).Distinct().Order()];
        int half = (labels.Length + 1) / 2;
        int[] kept = classes switch
        {
            "base" => labels[..half],
            "new" => labels[half..],
            _ => throw new PromptKDException(
                $"DATASET.SUBSAMPLE_CLASSES is '{classes}'. Expected all, base or new."),
        };
        return new ClassSubset(kept.Index().ToDictionary(pair => pair.Item, pair => pair.Index));
    }

    /// <summary>The pictures of these classes, with labels from 0 in the order of the old ones.</summary>
    public IReadOnlyList<PictureItem> From(IReadOnlyList<PictureItem> items) => _newLabels is null
        ? items
        :
        [
            .. items.Where(item => _newLabels.ContainsKey(item.Label!.Value))
                .Select(item => item with { Label = _newLabels[item.Label!.Value] }),
        ];

    /// <summary>The same of each part.</summary>
    public DatasetSplit From(DatasetSplit split) => new(
        From(split.Train), split.Validation is { } validation ? From(validation) : null, From(split.Test));
}
