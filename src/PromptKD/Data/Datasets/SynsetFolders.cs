using PromptKD.Data.Pictures;

namespace PromptKD.Data.Datasets;

/// <summary>
/// ImageNet and its variants: a folder for each class, named by its synset. Labels follow the sorted folders; the
/// names are in <see cref="SynsetNames"/>.
/// </summary>
/// <param name="train">The folder that holds the folders to learn from, below that of the pictures.</param>
/// <param name="test">That of the folders to measure on; the same for sets that are made for tests only.</param>
internal sealed class SynsetFolders(string train, string test) : IDatasetReader
{
    /// <summary>Whether there is nothing to learn from but what is measured on.</summary>
    public bool IsTestOnly => train == test;

    /// <inheritdoc/>
    public IReadOnlyList<string> Sources => [SynsetNames.FileName];

    /// <inheritdoc/>
    public string ClassNames => $"{SynsetNames.FileName}: a synset and its name a line";

    /// <inheritdoc/>
    public DatasetSplit Read(DatasetFolder folder, PythonRandom random)
    {
        SynsetNames names = SynsetNames.Read(folder);
        var leftOut = new LeftOutCounter();
        PictureItem[] testItems = ReadPart(folder, names, test, leftOut);
        PictureItem[] trainItems = IsTestOnly ? testItems : ReadPart(folder, names, train, leftOut);
        return new DatasetSplit(trainItems, null, testItems) { LeftOut = leftOut.At($"'{folder.Images}'") };
    }

    private static PictureItem[] ReadPart(
        DatasetFolder folder, SynsetNames names, string part, LeftOutCounter leftOut)
    {
        string parent = Path.Combine(folder.Images, part);
        return
        [
            .. FolderListing.Folders(folder, parent).SelectMany((synset, label) =>
                FolderListing.Pictures(folder, Path.Combine(parent, synset), leftOut)
                    .Select(file => new PictureItem(file, label, names.Of(synset)))),
        ];
    }
}
