using PromptKD.Data.Pictures;

namespace PromptKD.Data.Datasets;

/// <summary>The lists of Oxford-IIIT Pet: lines of name, class number from 1, species and breed number.</summary>
internal sealed class PetLists : IDatasetReader
{
    private const string TrainList = "annotations/trainval.txt";
    private const string TestList = "annotations/test.txt";

    /// <inheritdoc/>
    public IReadOnlyList<string> Sources => [TrainList, TestList];

    /// <inheritdoc/>
    public string ClassNames => "the breed: the picture's name without its number, in lower case";

    /// <inheritdoc/>
    public DatasetSplit Read(DatasetFolder folder, PythonRandom random) =>
        SplitShares.HoldOut(ReadList(folder, TrainList), ReadList(folder, TestList), random);

    private static PictureItem[] ReadList(DatasetFolder folder, string list) =>
        [.. folder.ReadLines(list).Select(line => Item(folder, line))];

    private static PictureItem Item(DatasetFolder folder, ListLine line)
    {
        string[] columns = line.Text.Split(' ');
        int end = columns[0].LastIndexOf('_');
        if (columns.Length != 4 || end <= 0 || ClassNumber.FromOne(columns[1]) is not { } label)
        {
            throw new PromptKDException(
                $"{line.Place}: '{line.Text}'. Expected four columns: Breed_number, class number from 1, species, "
                + "breed number.");
        }

        return folder.Picture($"{columns[0]}.jpg", label, columns[0][..end].ToLowerInvariant(), line.Place);
    }
}
