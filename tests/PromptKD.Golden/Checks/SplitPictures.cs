using PromptKD.Configuration;
using PromptKD.Data.Datasets;
using PromptKD.Data.Pictures;

namespace PromptKD.Golden.Checks;

/// <summary>The pictures of an end-to-end case, in the order of its split file.</summary>
/// <param name="Root">The folder that picture paths of the case are relative to.</param>
/// <param name="Train">Training pictures of all classes.</param>
/// <param name="Test">Test pictures of all classes.</param>
/// <param name="ClassCount">Classes among the training pictures; labels are 0 … ClassCount − 1.</param>
internal sealed record SplitPictures(
    string Root, IReadOnlyList<PictureItem> Train, IReadOnlyList<PictureItem> Test, int ClassCount)
{
    /// <summary>The base classes: the first half, rounded up.</summary>
    public int BaseClasses => (ClassCount + 1) / 2;

    /// <summary>Reads the data set of the case, below its <c>root</c>.</summary>
    public static SplitPictures Read(GoldenCase golden)
    {
        string root = golden.PathOf(golden.Json.GetProperty("root").GetString()!);
        var dataset = new DatasetConfig { Root = root, Name = golden.Json.GetProperty("dataset").GetString()! };
        ProtocolLists lists = DatasetProtocol.Read(dataset, new ProtocolReading(1));
        return new SplitPictures(root, lists.Train, lists.Test, lists.ClassNames.Count);
    }

    /// <summary>The path of a picture as the case spells it.</summary>
    public string NameOf(PictureItem item) => Path.GetRelativePath(Root, item.Path).Replace('\\', '/');
}
