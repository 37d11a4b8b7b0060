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

    /// <summary>Test labels that no training picture has: a phrase, or null.</summary>
    public string? FindUnknownLabels()
    {
        HashSet<int> known = [.. Train.Select(item => item.Label!.Value)];
        int[] unknown =
            [.. Test.Select(item => item.Label!.Value).Where(label => !known.Contains(label)).Distinct().Order()];
        return unknown.Length > 0
            ? $"test pictures have labels that no training picture has: {string.Join(", ", unknown)}"
            : null;
    }

    /// <summary>Refuses parts that contradict each other, and a data set without tests.</summary>
    /// <param name="dataset">What the data set is called.</param>
    /// <exception cref="PromptKDException">
    /// A label has two names, or is unknown in training, or no test picture is there.
    /// </exception>
    public void RefuseContradictions(string dataset)
    {
        var all = ClassTable.Of([.. Parts.SelectMany(part => part.Items)]);
        string? fault = Test.Count == 0
            ? "it has no test pictures"
            : ClassTable.Of(Train).Faults.Concat(all.Faults).FirstOrDefault()
                ?? (Train.Count > 0 ? FindUnknownLabels() : null);
        if (fault is not null)
        {
            throw new PromptKDException($"{dataset}: {fault}. ‹promptkd datasets check› lists all faults.");
        }
    }
}
