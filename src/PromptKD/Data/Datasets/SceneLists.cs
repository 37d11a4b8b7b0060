using PromptKD.Data.Pictures;

namespace PromptKD.Data.Datasets;

/// <summary>The lists of SUN397, first partition: paths such as /a/apse/indoor/sun_x.jpg.</summary>
internal sealed class SceneLists : IDatasetReader
{
    private const string ClassList = "ClassName.txt";
    private const string TrainList = "Training_01.txt";
    private const string TestList = "Testing_01.txt";

    /// <inheritdoc/>
    public IReadOnlyList<string> Sources => [ClassList, TrainList, TestList];

    /// <inheritdoc/>
    public string ClassNames => "the parts of the path reversed, without the letter: /a/apse/indoor is 'indoor apse'";

    /// <inheritdoc/>
    public DatasetSplit Read(DatasetFolder folder, PythonRandom random)
    {
        var labels = ClassLabels.Read(folder, ClassList);
        return SplitShares.HoldOut(ReadList(folder, labels, TrainList), ReadList(folder, labels, TestList), random);
    }

    private static PictureItem[] ReadList(DatasetFolder folder, ClassLabels labels, string list) =>
        [.. folder.ReadLines(list).Select(line => Item(folder, labels, line.Text, line.Place))];

    private static PictureItem Item(DatasetFolder folder, ClassLabels labels, string line, string place)
    {
        int end = line.LastIndexOf('/');
        if (end <= 0 || !line.StartsWith('/'))
        {
            throw new PromptKDException($"{place}: '{line}'. Expected /letter/class/picture.jpg.");
        }

        string name = string.Join(' ', line[..end].Split('/', StringSplitOptions.RemoveEmptyEntries)[1..].Reverse());
        return folder.Picture(line[1..], labels.Of(line[..end], place), name, place);
    }
}
