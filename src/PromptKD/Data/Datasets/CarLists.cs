using PromptKD.Data.Pictures;

namespace PromptKD.Data.Datasets;

/// <summary>The annotations of Stanford Cars: arrays of structures with the fields class (from 1) and fname.</summary>
internal sealed class CarLists : IDatasetReader
{
    private const string Names = "devkit/cars_meta.mat";
    private const string TrainList = "devkit/cars_train_annos.mat";
    private const string TestList = "cars_test_annos_withlabels.mat";

    /// <inheritdoc/>
    public IReadOnlyList<string> Sources => [Names, TrainList, TestList];

    /// <inheritdoc/>
    public string ClassNames => "the devkit's, with the year moved to the front: '2012 Audi TT Hatchback'";

    /// <inheritdoc/>
    public DatasetSplit Read(DatasetFolder folder, PythonRandom random)
    {
        string[] names = [.. folder.ReadMat(Names, "class_names").Cells.Select(cell => YearFirst(cell.Text))];
        return SplitShares.HoldOut(
            ReadList(folder, names, TrainList, "cars_train"), ReadList(folder, names, TestList, "cars_test"), random);
    }

    private static string YearFirst(string name)
    {
        int end = name.LastIndexOf(' ');
        return end < 0 ? name : $"{name[(end + 1)..]} {name[..end]}";
    }

    private static PictureItem[] ReadList(DatasetFolder folder, string[] names, string list, string pictures) =>
        [.. folder.ReadMat(list, "annotations").Structures.Select((annotation, index) =>
            Item(folder, names, annotation, pictures, $"{folder.PathOf(list)}: annotation {index + 1}"))];

    private static PictureItem Item(
        DatasetFolder folder,
        string[] names,
        IReadOnlyDictionary<string, MatArray> annotation,
        string pictures,
        string place)
    {
        string file = annotation.GetValueOrDefault("fname", MatArray.Empty).Text;
        double number = annotation.GetValueOrDefault("class", MatArray.Empty).Numbers is [double first, ..] ? first : 0;
        if (file.Length == 0 || number < 1 || number > names.Length || number != Math.Floor(number))
        {
            throw new PromptKDException(
                $"{place}: the picture is '{file}', the class {number}. Expected a name and a class from 1 to "
                + $"{names.Length}. (The test annotations without labels lack the class.)");
        }

        int label = (int)number - 1;
        return folder.Picture($"{pictures}/{file}", label, names[label], place);
    }
}
