using System.Text.RegularExpressions;
using PromptKD.Data.Pictures;

namespace PromptKD.Data.Datasets;

/// <summary>
/// The lists of UCF101, first partition: videos such as ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi. Of each video
/// there is one picture, its middle frame.
/// </summary>
internal sealed partial class ActionLists : IDatasetReader
{
    private const string ClassList = "ucfTrainTestlist/classInd.txt";
    private const string TrainList = "ucfTrainTestlist/trainlist01.txt";
    private const string TestList = "ucfTrainTestlist/testlist01.txt";

    /// <inheritdoc/>
    public IReadOnlyList<string> Sources => [ClassList, TrainList, TestList];

    /// <inheritdoc/>
    public string ClassNames => "the action's words joined by '_': ApplyEyeMakeup is 'Apply_Eye_Makeup'";

    /// <inheritdoc/>
    public DatasetSplit Read(DatasetFolder folder, PythonRandom random)
    {
        Dictionary<string, int> labels = ReadLabels(folder);
        return SplitShares.HoldOut(ReadList(folder, labels, TrainList), ReadList(folder, labels, TestList), random);
    }

    private static Dictionary<string, int> ReadLabels(DatasetFolder folder)
    {
        var labels = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (ListLine line in folder.ReadLines(ClassList))
        {
            if (line.Text.Split(' ') is not [string number, string action]
                || ClassNumber.FromOne(number) is not { } label)
            {
                throw new PromptKDException(
                    $"{line.Place}: '{line.Text}'. Expected a class number from 1 and an action.");
            }

            labels[action] = label;
        }

        return labels;
    }

    private static PictureItem[] ReadList(DatasetFolder folder, Dictionary<string, int> labels, string list) =>
        [.. folder.ReadLines(list).Select(line => Item(folder, labels, line.Text, line.Place))];

    private static PictureItem Item(DatasetFolder folder, Dictionary<string, int> labels, string line, string place)
    {
        // Lines of the training list end in a label; those of the test list do not.
        if (line.Split(' ')[0].Split('/') is not [string action, string video]
            || !labels.TryGetValue(action, out int label))
        {
            throw new PromptKDException(
                $"{place}: '{line}'. Expected Action/video.avi with an action of '{folder.PathOf(ClassList)}'.");
        }

        string name = string.Join('_', Word().Matches(action).Select(match => match.Value));
        string picture = video.Replace(".avi", ".jpg", StringComparison.Ordinal);
        return folder.Picture($"{name}/{picture}", label, name, place);
    }

    [GeneratedRegex("[A-Z][^A-Z]*")]
    private static partial Regex Word();
}
