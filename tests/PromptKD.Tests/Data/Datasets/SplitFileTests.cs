using PromptKD.Data.Datasets;

namespace PromptKD.Tests.Data.Datasets;

public sealed class SplitFileTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("promptkd-datasets-").FullName;

    [Theory]
    [InlineData(
        """{"train": [["a.jpg", 0]], "val": [], "test": []}""",
        "row 1 of \"train\" is [\"a.jpg\", 0]. Expected [path, label, class name], the label from 0.")]
    [InlineData(
        """{"train": [["a.jpg", "0", "cat"]], "val": [], "test": []}""",
        "row 1 of \"train\" is [\"a.jpg\", \"0\", \"cat\"]. Expected [path, label, class name], the label from 0.")]
    [InlineData(
        """{"train": [], "val": [["a.jpg", -1, "cat"]], "test": []}""",
        "row 1 of \"val\" is [\"a.jpg\", -1, \"cat\"]. Expected [path, label, class name], the label from 0.")]
    [InlineData(
        """{"train": [], "val": [], "test": [["a.jpg", 0.5, "cat"]]}""",
        "row 1 of \"test\" is [\"a.jpg\", 0.5, \"cat\"]. Expected [path, label, class name], the label from 0.")]
    [InlineData(
        """{"train": [], "test": []}""",
        "no list \"val\". A split file is an object of three lists: train, val and test.")]
    [InlineData("""["train"]""", "no list \"train\". A split file is an object of three lists: train, val and test.")]
    public void What_is_no_split_file_is_refused_in_one_line(string json, string fault) =>
        Assert.EndsWith(fault, Refusal(json), StringComparison.Ordinal);

    [Theory]
    [InlineData("../../secret.jpg")]
    [InlineData("a/../../b.jpg")]
    [InlineData("/etc/passwd")]
    [InlineData("../2750x/b.jpg")]
    public void A_path_that_leaves_the_pictures_is_refused(string path) => Assert.Contains(
        $"row 1 of \"train\": the picture '{path}' is not below '{Path.Combine(_root, "eurosat", "2750")}'",
        Refusal($$"""{"train": [["{{path}}", 0, "cat"]], "val": [], "test": []}"""),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("\\u0000.jpg", "cat", "is not below")]
    [InlineData("", "cat", "is not below")]
    [InlineData("a.jpg", "\\ud800", "a name is not in UTF-8")]
    public void Letters_that_cannot_be_are_refused(string path, string name, string fault) => Assert.Contains(
        fault,
        Refusal($$"""{"train": [["{{path}}", 0, "{{name}}"]], "val": [], "test": []}"""),
        StringComparison.Ordinal);

    [Fact]
    public void A_picture_with_two_labels_is_refused_with_both_rows() => Assert.EndsWith(
        "row 1 of \"test\" gives '" + Path.Combine(_root, "eurosat", "2750", "a.jpg") + "' the label 1, row 1 of \"train\" gives "
        + "it 0. Correct or remove one.",
        Refusal("""{"train": [["a.jpg", 0, "cat"]], "val": [], "test": [["a.jpg", 1, "dog"]]}"""),
        StringComparison.Ordinal);

    [Fact]
    public void A_list_that_is_there_twice_is_refused() => Assert.Contains(
        "a key that is there twice",
        Refusal("""{"train": [], "train": [], "val": [], "test": []}"""),
        StringComparison.Ordinal);

    [Fact]
    public void A_file_of_Windows_is_read()
    {
        DatasetFolder folder = DatasetCatalog.Find("EuroSAT").Below(_root);
        Directory.CreateDirectory(folder.Path);
        File.WriteAllText(
            folder.PathOf("split.json"), "\uFEFF" + """{"train": [["a\\1.jpg", 0, "cat"]], "val": [], "test": []}""");

        DatasetSplit split = SplitFile.Read(folder, "split.json");

        Assert.Equal(Path.Combine(folder.Images, "a", "1.jpg"), Assert.Single(split.Train).Path);
        Assert.Contains(
            "is not below",
            Refusal("""{"train": [["..\\..\\1.jpg", 0, "cat"]], "val": [], "test": []}"""),
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_written_is_what_Python_writes()
    {
        DatasetFolder folder = DatasetCatalog.Find("EuroSAT").Below(_root);
        Directory.CreateDirectory(folder.Path);
        var split = new DatasetSplit(
            [folder.Picture("a/1.jpg", 0, "colt's foot", "")], [], [folder.Picture("b/2.jpg", 1, "b & c", "")]);

        SplitFile.Write(folder, "split.json", split);

        // json.dump(…, indent=4, separators=(",", ": ")) of Python 3.11.
        Assert.Equal(
            """
            {
                "train": [
                    [
                        "a/1.jpg",
                        0,
                        "colt's foot"
                    ]
                ],
                "val": [],
                "test": [
                    [
                        "b/2.jpg",
                        1,
                        "b & c"
                    ]
                ]
            }
            """,
            File.ReadAllText(folder.PathOf("split.json")));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private string Refusal(string json)
    {
        DatasetFolder folder = DatasetCatalog.Find("EuroSAT").Below(_root);
        Directory.CreateDirectory(folder.Path);
        File.WriteAllText(folder.PathOf("split.json"), json);
        return Assert.Throws<PromptKDException>(() => SplitFile.Read(folder, "split.json")).Message;
    }
}
