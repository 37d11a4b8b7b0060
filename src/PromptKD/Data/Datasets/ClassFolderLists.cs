using PromptKD.Data.Pictures;

namespace PromptKD.Data.Datasets;

/// <summary>One folder a class; the pictures of each are divided at random. Labels follow the folders' order.</summary>
internal sealed class ClassFolderLists : IDatasetReader
{
    /// <summary>Folders that are no classes.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    /// <summary>Classes that are not called like their folder.</summary>
    public IReadOnlyDictionary<string, string> Renamed { get; init; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    public IReadOnlyList<string> Sources => [];

    /// <inheritdoc/>
    public string ClassNames => Renamed.Count == 0
        ? "the folders' names"
        : $"the folders' names, but {string.Join(", ", Renamed.Select(pair => $"{pair.Key} is {pair.Value}"))}";

    /// <inheritdoc/>
    public DatasetSplit Read(DatasetFolder folder, PythonRandom random)
    {
        string[] classes = [.. FolderListing.Folders(folder, folder.Images).Except(Ignored)];
        var leftOut = new LeftOutCounter();
        PictureItem[] items =
        [
            .. classes.SelectMany((name, label) => FolderListing
                .Pictures(folder, Path.Combine(folder.Images, name), leftOut)
                .Select(file => new PictureItem(file, label, Renamed.GetValueOrDefault(name, name)))),
        ];
        return items.Length > 0
            ? SplitShares.ThreeParts(items, random) with { LeftOut = leftOut.At($"'{folder.Images}'") }
            : throw new PromptKDException(
                $"{folder.Entry.Name}: no folder of '{folder.Images}' holds a picture. Expected a folder for each "
                + "class.");
    }
}
