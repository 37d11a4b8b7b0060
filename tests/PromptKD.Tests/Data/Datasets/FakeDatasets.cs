using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SkiaSharp;

namespace PromptKD.Tests.Data.Datasets;

/// <summary>One picture of a fake data set.</summary>
/// <param name="Path">Below the folder of the pictures.</param>
/// <param name="Label">Number of its class.</param>
/// <param name="ClassName">Name of its class, as methods are to see it.</param>
/// <param name="Part">train, val or test.</param>
internal sealed record FakePicture(string Path, int Label, string ClassName, string Part);

/// <summary>A fake data set on disk.</summary>
/// <param name="Name">DATASET.NAME.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="Images">The folder of its pictures.</param>
/// <param name="ClassNames">In the order of the labels.</param>
/// <param name="Pictures">All of them: classes in order, and in each class train, val and test.</param>
internal sealed record FakeDataset(
    string Name,
    string Folder,
    string Images,
    IReadOnlyList<string> ClassNames,
    IReadOnlyList<FakePicture> Pictures)
{
    /// <summary>Its split file; null where it has none.</summary>
    public string? SplitFile { get; init; }
}

/// <summary>
/// All fifteen data sets in their true layouts, with four classes of eight pictures each: 4 for training, 2 for
/// validation, 2 for tests. Those that are made for tests only have eight test pictures a class.
/// </summary>
internal static class FakeDatasets
{
    public const int Classes = 4;
    public const int Train = 4;
    public const int Validation = 2;
    public const int Test = 2;
    private const int PicturesOfClass = Train + Validation + Test;
    private const int Size = 32;

    // The same in every data set, and slower to encode than to write.
    private static readonly ConcurrentDictionary<(int Label, int Number), byte[]> s_pictures = [];

    /// <summary>DATASET.NAME of each.</summary>
    public static TheoryData<string> Names => [.. FakeLayouts.All.Select(layout => layout.Name)];

    /// <summary>DATASET.NAME of those that have a split file.</summary>
    public static TheoryData<string> WithSplitFile =>
        [.. FakeLayouts.All.Where(layout => layout.SplitFile is not null).Select(layout => layout.Name)];

    /// <summary>Writes a data set: its pictures, its own lists, and the family's split file where it has one.</summary>
    /// <param name="name">DATASET.NAME.</param>
    /// <param name="root">DATASET.ROOT.</param>
    public static FakeDataset Create(string name, string root)
    {
        FakeLayout layout = FakeLayouts.All.Single(layout => layout.Name == name);
        string folder = Path.Combine(root, layout.Folder);
        var dataset = new FakeDataset(
            name, folder, Path.Combine(folder, layout.Images), layout.ClassNames, [.. Pictures(layout)])
        {
            SplitFile = layout.SplitFile is { } file ? Path.Combine(folder, file) : null,
        };
        foreach ((int number, FakePicture picture) in dataset.Pictures.Index())
        {
            Write(
                Path.Combine(dataset.Images, picture.Path), s_pictures.GetOrAdd((picture.Label, number + 1), Encode));
        }

        foreach ((string path, byte[] content) in layout.Lists(dataset.Pictures))
        {
            Write(Path.Combine(folder, path), content);
        }

        WriteSplitFile(dataset);
        return dataset;
    }

    /// <summary>Adds copies of the first training picture of each class to a data set that has a split file.</summary>
    /// <param name="dataset">Whose pictures lie in one folder.</param>
    /// <param name="pictures">As many training pictures it has then.</param>
    public static void Enlarge(FakeDataset dataset, int pictures)
    {
        JsonObject split = JsonNode.Parse(File.ReadAllText(dataset.SplitFile!))!.AsObject();
        JsonArray train = split["train"]!.AsArray();
        for (int number = 0; train.Count < pictures; number++)
        {
            JsonArray row = train[number % Classes]!.DeepClone().AsArray();
            string copy = $"copy {number}.png";
            File.Copy(Path.Combine(dataset.Images, row[0]!.GetValue<string>()), Path.Combine(dataset.Images, copy));
            row[0] = copy;
            train.Add(row);
        }

        File.WriteAllText(dataset.SplitFile!, split.ToJsonString());
    }

    private static IEnumerable<FakePicture> Pictures(FakeLayout layout)
    {
        for (int label = 0; label < Classes; label++)
        {
            for (int i = 0; i < PicturesOfClass; i++)
            {
                string part =
                    layout.IsTestOnly ? "test" : i < Train ? "train" : i < Train + Validation ? "val" : "test";
                int number = (label * PicturesOfClass) + i + 1;
                yield return new FakePicture(
                    layout.PathOf(layout.Keys[label], label, number, part), label, layout.ClassNames[label], part);
            }
        }
    }

    private static void WriteSplitFile(FakeDataset dataset)
    {
        if (dataset.SplitFile is { } file)
        {
            var lists = dataset.Pictures.GroupBy(picture => picture.Part).ToDictionary(
                part => part.Key,
                part => part.Select(picture => new object[] { picture.Path, picture.Label, picture.ClassName }));
            Write(file, JsonSerializer.SerializeToUtf8Bytes(lists));
        }
    }

    private static void Write(string path, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }

    /// <summary>
    /// A colour for each class, and stripes for each picture: classes can be learned, pictures differ.
    /// </summary>
    private static byte[] Encode((int Label, int Number) picture)
    {
        var colour = SKColor.FromHsv(360f * picture.Label / Classes, s: 80, v: 80);
        return TestPictures.Encode(
            Size,
            Size,
            (x, y) => (picture.Number + 2) * (x + (2 * y)) / 16 % 3 == 0
                ? colour
                : new SKColor((byte)(8 * x), (byte)(8 * y), 90),
            SKEncodedImageFormat.Jpeg);
    }
}

/// <summary>Numbers in names of files.</summary>
internal static class FakeNumbers
{
    /// <summary>A number with leading zeros.</summary>
    public static string Padded(this int number, int digits) =>
        number.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
}
