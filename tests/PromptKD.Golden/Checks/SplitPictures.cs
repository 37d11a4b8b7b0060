using System.Text.Json;
using PromptKD.Data;

namespace PromptKD.Golden.Checks;

/// <summary>The pictures of an end-to-end case, in the order of its split file.</summary>
/// <param name="Root">The folder that picture paths of the case are relative to.</param>
/// <param name="Train">Training pictures of all classes.</param>
/// <param name="Test">Test pictures of all classes.</param>
/// <param name="ClassCount">Classes among the training pictures; labels are 0 … ClassCount − 1.</param>
internal sealed record SplitPictures(
    string Root, IReadOnlyList<ImageItem> Train, IReadOnlyList<ImageItem> Test, int ClassCount)
{
    /// <summary>The base classes: the first half, rounded up.</summary>
    public int BaseClasses => (ClassCount + 1) / 2;

    /// <summary>Reads the one split file below the case's <c>root</c>.</summary>
    public static SplitPictures Read(GoldenCase golden)
    {
        string root = golden.PathOf(golden.Json.GetProperty("root").GetString()!);
        string file = Directory.EnumerateFiles(root, "split_zhou_*.json", SearchOption.AllDirectories).Single();
        JsonElement split = golden.ReadJsonFile(file);
        string pictures = PictureFolder(Path.GetDirectoryName(file)!, split);
        int[] labels = [.. split.GetProperty("train").EnumerateArray().Select(LabelOf).Distinct().Order()];
        return new SplitPictures(root, Items("train"), Items("test"), labels.Length);

        IReadOnlyList<ImageItem> Items(string list) =>
        [
            .. split.GetProperty(list).EnumerateArray().Select(entry => new ImageItem(
                Path.Combine(pictures, entry[0].GetString()!),
                Array.IndexOf(labels, LabelOf(entry)),
                entry[2].GetString())),
        ];
    }

    /// <summary>The path of a picture as the case spells it.</summary>
    public string NameOf(ImageItem item) => Path.GetRelativePath(Root, item.Path).Replace('\\', '/');

    private static int LabelOf(JsonElement entry) => entry[1].GetInt32();

    // Paths in a split file are relative to a folder of pictures that each data set calls differently.
    private static string PictureFolder(string datasetFolder, JsonElement split)
    {
        string first = split.GetProperty("train")[0][0].GetString()!;
        return Directory.EnumerateDirectories(datasetFolder, "*", SearchOption.AllDirectories)
            .Prepend(datasetFolder)
            .First(folder => File.Exists(Path.Combine(folder, first)));
    }
}
