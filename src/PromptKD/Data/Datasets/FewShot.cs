using PromptKD.Data.Pictures;

namespace PromptKD.Data.Datasets;

/// <summary>Few-shot sets: some pictures of each class (Dassl, <c>generate_fewshot_dataset</c>).</summary>
internal static class FewShot
{
    // CoOp validates on at most this many pictures of each class.
    private const int MostValidationShots = 4;

    /// <summary>Draws training and validation pictures, in this order, from one stream of random numbers.</summary>
    /// <param name="split">All pictures. Those for tests stay as they are.</param>
    /// <param name="shots">Training pictures of each class.</param>
    /// <param name="random">Says which.</param>
    public static DatasetSplit Draw(DatasetSplit split, int shots, PythonRandom random)
    {
        IReadOnlyList<PictureItem> train = Draw(split.Train, shots, random);
        return split with
        {
            Train = train,
            Validation = split.Validation is { } validation
                ? Draw(validation, Math.Min(shots, MostValidationShots), random)
                : null,
        };
    }

    /// <summary>Draws pictures of each class; classes come in the order of their first picture.</summary>
    /// <param name="items">The pictures. A class that has fewer than asked for is taken whole, without a draw.</param>
    /// <param name="shots">Pictures of each class.</param>
    /// <param name="random">Says which.</param>
    public static IReadOnlyList<PictureItem> Draw(IReadOnlyList<PictureItem> items, int shots, PythonRandom random) =>
    [
        .. SplitShares.ByClass(items).SelectMany(ofClass =>
            ofClass.Count >= shots ? random.Sample(ofClass, shots) : ofClass),
    ];
}
