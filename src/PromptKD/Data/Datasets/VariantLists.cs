using PromptKD.Data.Pictures;

namespace PromptKD.Data.Datasets;

/// <summary>
/// The lists of FGVC-Aircraft: the variants in the order of their labels, and for each part lines of a picture's number
/// and its variant.
/// </summary>
internal sealed class VariantLists : IDatasetReader
{
    private const string ClassList = "variants.txt";

    /// <inheritdoc/>
    public IReadOnlyList<string> Sources => [ClassList, ListOf("train"), ListOf("val"), ListOf("test")];

    /// <inheritdoc/>
    public string ClassNames => $"the lines of {ClassList}, in their order";

    /// <inheritdoc/>
    public DatasetSplit Read(DatasetFolder folder, PythonRandom random)
    {
        var labels = ClassLabels.Read(folder, ClassList);
        return new DatasetSplit(
            ReadPart(folder, labels, "train"), ReadPart(folder, labels, "val"), ReadPart(folder, labels, "test"));
    }

    private static string ListOf(string part) => $"images_variant_{part}.txt";

    private static PictureItem[] ReadPart(DatasetFolder folder, ClassLabels labels, string part) =>
        [.. folder.ReadLines(ListOf(part)).Select(line => Item(folder, labels, line.Text, line.Place))];

    private static PictureItem Item(DatasetFolder folder, ClassLabels labels, string line, string place)
    {
        int end = line.IndexOf(' ', StringComparison.Ordinal);
        if (end < 0)
        {
            throw new PromptKDException($"{place}: '{line}'. Expected the picture's number, a blank and its variant.");
        }

        string variant = line[(end + 1)..].Trim();
        return folder.Picture($"{line[..end]}.jpg", labels.Of(variant, place), variant, place);
    }
}
