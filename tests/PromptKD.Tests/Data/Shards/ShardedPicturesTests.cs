using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Runtime;

namespace PromptKD.Tests.Data.Shards;

/// <summary>Shards in the place of a folder of pictures.</summary>
public sealed class ShardedPicturesTests : IDisposable
{
    private static readonly string[] s_names = ["blue moon", "Red Star"];

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Come_in_the_order_of_the_shards_names_and_then_of_their_places()
    {
        ShardFixtures.WriteTar(PathOf("10.tar"), ("b.png", []), ("a.png", []));
        ShardFixtures.WriteTar(PathOf("09.tar"), ("c.png", []), ("notes.md", []));

        PictureFolder pictures = PictureFolder.Unlabelled(_folder, Stop);

        Assert.Equal(
            [PathOf("09.tar/c.png"), PathOf("10.tar/b.png"), PathOf("10.tar/a.png")],
            pictures.Items.Select(item => item.Path));
        Assert.Equal(1, pictures.LeftOut.Count);
        Assert.All(pictures.Items, item => Assert.Null(item.Label));
    }

    [Fact]
    public void Are_labelled_by_the_name_that_the_shard_gives_the_number()
    {
        PictureFolder pictures = PictureFolder.Labelled(ShardFixtures.Arrow, s_names, stop: Stop);

        // The file's order is red_star, blue moon; ours is the other way round.
        Assert.Equal([1, 0, 0, 1, 0], pictures.Items.Select(item => item.Label));
        Assert.Equal($"{ShardFixtures.Arrow}/3", pictures.Items[3].Path);
        Assert.Equal("Red Star", pictures.Items[3].ClassName);
    }

    [Fact]
    public void Are_labelled_by_the_number_where_nobody_names_it()
    {
        PictureFolder pictures = PictureFolder.Labelled(ShardFixtures.GnuTar, s_names, stop: Stop);

        Assert.Equal([1, 0, 0], pictures.Items.Select(item => item.Label)); // "1", 0 and "Blue_Moon"
    }

    [Fact]
    public async Task Name_their_classes_themselves_where_nobody_else_does()
    {
        await ShardFixtures.WriteParquet(PathOf("1.parquet"), ([1], "dog"), ([2], "cat"), ([3], "dog"));

        Assert.Equal(["red_star", "blue moon"], PictureFolder.Labelled(ShardFixtures.Arrow, stop: Stop).ClassNames);
        Assert.Equal(["cat", "dog"], PictureFolder.Labelled(_folder, stop: Stop).ClassNames);
        var error = Assert.Throws<PromptKDException>(() => PictureFolder.Labelled(ShardFixtures.GnuTar, stop: Stop));
        Assert.Contains("Give the class names", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2", "number 2, but there are 2 classes")]
    [InlineData("blue mood", "The nearest class is 'blue moon'")]
    [InlineData("", "no label")]
    public void Are_refused_with_a_label_that_is_no_class(string label, string expected)
    {
        ShardFixtures.WriteTar(PathOf("1.tar"), ("x.png", []), ("x.cls", ShardFixtures.Text(label)));

        var error = Assert.Throws<PromptKDException>(() => PictureFolder.Labelled(_folder, s_names, stop: Stop));

        Assert.StartsWith(PathOf("1.tar/x.png"), error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Are_refused_beside_pictures_and_without_any()
    {
        ShardFixtures.WriteTar(PathOf("1.tar"), ("x.txt", []));
        var empty = Assert.Throws<PromptKDException>(() => PictureFolder.Unlabelled(_folder, Stop));

        File.WriteAllBytes(PathOf("y.png"), []);
        var mixed = Assert.Throws<PromptKDException>(() => PictureFolder.Unlabelled(_folder, Stop));

        Assert.Contains(
            $"No pictures in '{PathOf("1.tar")}': 1 .txt. What is read", empty.Message, StringComparison.Ordinal);
        Assert.Contains("both pictures and shards", mixed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Have_the_digest_of_their_contents()
    {
        ShardFixtures.WriteTar(PathOf("1.tar"), ("x.png", [1, 2]), ("y.png", [3]));
        string before = Digest();

        ShardFixtures.WriteTar(PathOf("1.tar"), ("x.png", [1, 2]), ("y.png", [4]));

        // As the same files in a folder '1.tar' have: the digest is of paths, lengths and contents.
        string folder = Directory.CreateDirectory(PathOf("plain/1.tar")).FullName;
        File.WriteAllBytes(Path.Combine(folder, "x.png"), [1, 2]);
        File.WriteAllBytes(Path.Combine(folder, "y.png"), [3]);
        IReadOnlyList<PictureItem> plain =
            [new(Path.Combine(folder, "x.png")), new(Path.Combine(folder, "y.png"))];
        Assert.Equal(DigestOf(PathOf("plain"), plain), before);
        Assert.NotEqual(before, Digest());
    }

    [Fact]
    public void Are_skipped_one_by_one_where_they_are_damaged()
    {
        ShardFixtures.WriteTar(
            PathOf("1.tar"), ("x.png", TestPictures.Grey(9)), ("y.png", [3]), ("z.png", TestPictures.Grey(5)));
        IReadOnlyList<PictureItem> items =
            [
                .. PictureFolder.Unlabelled(_folder, Stop).Items,
                .. PictureFolder.Unlabelled(ShardFixtures.Arrow, Stop).Items,
            ];
        var loader = new PictureLoader(items, new Preprocessing { Size = 4 });

        var plan = new LoadPlan { Order = EpochOrder.Sequential(items.Count), BatchSize = items.Count };
        using Batch batch = Assert.Single(loader.Load(plan, Stop));

        Assert.Equal([0, 2, 3, 6, 7], batch.Items);
        Assert.Equal(
            [PathOf("1.tar/y.png"), $"{ShardFixtures.Arrow}/1", $"{ShardFixtures.Arrow}/2"],
            loader.Skipped.Select(picture => picture.Path));
        Assert.StartsWith("its row has no picture", loader.Skipped[1].Reason, StringComparison.Ordinal);
    }

    private string Digest() => DigestOf(_folder, PictureFolder.Unlabelled(PathOf("1.tar"), Stop).Items);

    private static string DigestOf(string root, IReadOnlyList<PictureItem> items) => PictureDigest.Compute(
        root, items, DigestMemory.None, checks: false, progress: null, Stop).Digest;

    private string PathOf(string name) => Path.Combine(_folder, name);
}
