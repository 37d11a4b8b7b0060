using System.Formats.Tar;
using PromptKD.Inference.Embeddings;
using PromptKD.Runtime;
using PromptKD.Tests.Data;
using PromptKD.Tests.Data.Datasets;

namespace PromptKD.Tests.Inference.Embeddings;

public sealed class EmbeddedPicturesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Class_folders_are_labels()
    {
        Add("cat/1.png");
        Add("big_dog/a/2.png");

        EmbeddedPictures pictures = Of(Folder());

        Assert.Equal(["big dog", "cat"], pictures.ClassNames);
        Assert.Equal([0, 1], pictures.Items.Select(item => item.Label!.Value));
    }

    [Fact]
    public void Pictures_beside_folders_leave_all_without_labels()
    {
        Add("cat/1.png");
        Add("2.png");

        EmbeddedPictures pictures = Of(Folder());

        Assert.Empty(pictures.ClassNames);
        Assert.Equal(2, pictures.Items.Count);
        Assert.All(pictures.Items, item => Assert.Null(item.Label));
    }

    [Fact]
    public void Shards_have_labels_where_each_picture_has_one()
    {
        WriteTar(
            "1.tar",
            ("a.png", TestPictures.Gradient(20, 20)),
            ("a.cls", "dog"u8.ToArray()),
            ("b.png", TestPictures.Gradient(20, 30)),
            ("b.cls", "cat"u8.ToArray()));
        Assert.Equal([1, 0], Of(Folder()).Items.Select(item => item.Label!.Value));

        WriteTar("1.tar", ("a.png", TestPictures.Gradient(20, 20)), ("b.png", TestPictures.Gradient(20, 30)));
        Assert.All(Of(Folder()).Items, item => Assert.Null(item.Label));
    }

    [Fact]
    public void Refuses_to_write_among_the_pictures()
    {
        Add("cat/1.png");

        var fault = Assert.Throws<PromptKDException>(
            () => Of(Folder() with { Output = Path.Combine(_folder, "features") }));

        Assert.Contains("Give a folder elsewhere", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 8, "test")]
    [InlineData("test", 8, "test")]
    [InlineData("val", 8, "val")]
    [InlineData("train", 16, "train")]
    public void A_data_set_has_its_parts(string split, int count, string part)
    {
        FakeDataset dataset = FakeDatasets.Create("OxfordPets", _folder);

        EmbeddedPictures pictures = Of(OfDataset("oxford_pets", split));

        Assert.Equal(count, pictures.Items.Count);
        Assert.Equal(dataset.ClassNames, pictures.ClassNames);
        Assert.Equal(
            dataset.Pictures.Where(one => one.Part == part).Select(one => (one.Path, one.ClassName)).Order(),
            pictures.Items
                .Select(item => (Path.GetRelativePath(dataset.Images, item.Path).Replace('\\', '/'), item.ClassName!))
                .Order());
    }

    [Theory]
    [InlineData("ImageNet", "val", "sets no validation pictures aside")]
    [InlineData("ImageNetV2", "train", "made for tests only")]
    [InlineData("ImageNet", "all", "Split is 'all'")]
    [InlineData("ImageNets", "test", "Did you mean ImageNet")]
    public void Refuses_parts_that_there_are_not(string dataset, string split, string expected)
    {
        FakeDatasets.Create("ImageNet", _folder);

        var fault = Assert.Throws<PromptKDException>(() => Of(OfDataset(dataset, split)));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    private EmbeddingRequest OfDataset(string dataset, string split) =>
        new() { Dataset = dataset, Root = _folder, Split = split, Output = "" };

    private EmbeddingRequest Folder() => new() { Images = _folder, Output = _folder + "-features" };

    private void WriteTar(string name, params (string Name, byte[] Content)[] files)
    {
        using var tar = new TarWriter(File.Create(Path.Combine(_folder, name)));
        foreach ((string file, byte[] content) in files)
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, file) { DataStream = new MemoryStream(content) });
        }
    }

    private static EmbeddedPictures Of(EmbeddingRequest request) =>
        EmbeddedPictures.Of(request, IRunObserver.Nobody, Stop);

    private void Add(string path)
    {
        string full = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, TestPictures.Gradient(20, 20));
    }
}
