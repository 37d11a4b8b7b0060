using System.Globalization;
using PromptKD.Data.Pictures;

namespace PromptKD.Data.Datasets;

/// <summary>
/// ImageNetV2: a folder for each class, named by its label, which is the place of the class in
/// <see cref="SynsetNames"/>. All of it is for tests.
/// </summary>
internal sealed class NumberedFolders : IDatasetReader
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Sources => [SynsetNames.FileName];

    /// <inheritdoc/>
    public string ClassNames => $"{SynsetNames.FileName}, copied from ImageNet: line n names folder n - 1";

    /// <inheritdoc/>
    public DatasetSplit Read(DatasetFolder folder, PythonRandom random)
    {
        SynsetNames names = SynsetNames.Read(folder);
        var leftOut = new LeftOutCounter();
        PictureItem[] items =
        [
            .. names.Synsets.SelectMany((synset, label) => FolderListing
                .Pictures(
                    folder, Path.Combine(folder.Images, label.ToString(CultureInfo.InvariantCulture)), leftOut)
                .Select(file => new PictureItem(file, label, names.Of(synset)))),
        ];
        return new DatasetSplit(items, null, items) { LeftOut = leftOut.At($"'{folder.Images}'") };
    }
}
