using Parquet;
using Parquet.Schema;
using PromptKD.Data.Shards;

namespace PromptKD.Tests.Data.Shards;

/// <summary>Shards whose names or labels contradict each other are refused, with both places.</summary>
public sealed class ContradictionTests : IDisposable
{
    private static readonly byte[] s_any = [1];

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Joined_archives_have_pictures_of_one_name()
    {
        // What tar -A makes of two shards with the same names.
        string path = Tar(
            ("a.png", "1"), ("a.cls", "0"), ("b.png", "1"), ("b.cls", "1"), ("a.png", "2"), ("a.cls", "1"));

        string message = Refusal(() => TarShard.Open(path));

        Assert.StartsWith(
            $"{path}: picture 3 in it is called 'a.png', as picture 1 is", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_with_a_point_in_front_is_the_same_name() =>
        Assert.Contains("'a.png', as picture 1 is", Refusal(() =>
            TarShard.Open(Tar(("./a.png", "1"), ("a.png", "2")))));

    [Fact]
    public void A_sample_has_one_label_of_a_kind() => Assert.Contains(
        "there are two labels 'a.cls'", Refusal(() =>
            TarShard.Open(Tar(("a.png", "1"), ("a.cls", "0"), ("a.CLS", "1")))));

    [Fact]
    public void A_name_ends_at_its_first_dot()
    {
        TarShard shard = TarShard.Open(Tar(("s.left.png", "1"), ("s.right.png", "2"), ("s.cls", "0")), Stop);

        Assert.Equal(2, shard.Pictures.Count);
        Assert.Contains("'s.left.png' and 's.right.png' are one sample, 's'", Refusal(() => shard.ReadLabels(Stop)));
    }

    [Theory]
    [InlineData("0", "1", "'a.cls' says 0, 'a.json' says 1")]
    [InlineData("cat", "\"dog\"", "'a.cls' says 'cat', 'a.json' says 'dog'")]
    public void Two_labels_of_a_sample_agree(string cls, string json, string expected) => Assert.Contains(
        expected,
        Refusal(() =>
            TarShard.Open(Tar(("a.png", "1"), ("a.cls", cls), ("a.json", $"{{\"label\": {json}}}"))).ReadLabels(Stop)));

    [Theory]
    [InlineData("3", "3")]
    [InlineData("cat", "3")] // a name and a number do not contradict
    public void Two_labels_that_agree_are_one(string cls, string json) =>
        Assert.Single(
            TarShard.Open(Tar(("a.png", "1"), ("a.cls", cls), ("a.json", $"{{\"label\": {json}}}")), Stop)
                .ReadLabels(Stop));

    [Fact]
    public void A_key_that_is_twice_in_a_label_is_refused() => Assert.Contains(
        "a.json: not JSON",
        Refusal(() => TarShard.Open(Tar(("a.png", "1"), ("a.json", "{\"label\": 1, \"label\": 2}"))).ReadLabels(Stop)));

    [Theory]
    [InlineData("-1", "its class is number -1")]
    [InlineData("7", "its class is number 7, but there are 2 classes")]
    [InlineData("1.5", "no class '1.5'")]
    public void Numbers_out_of_range_are_refused(string label, string expected) => Assert.Contains(
        expected,
        Refusal(() => new ShardedPictures([Tar(("a.png", "1"), ("a.cls", label))]).Labelled(["cat", "dog"], out _)));

    [Fact]
    public async Task One_column_of_classes_is_wanted_where_labels_are_read()
    {
        string several = await Parquet(["fine", "coarse"]);
        string named = await Parquet(["label", "coarse"]);
        ParquetShard shard = ParquetShard.Open(several, new RowGroupCache(1 << 20), Stop);

        Assert.Single(shard.Pictures); // Without labels they are of no concern.
        Assert.Contains("2 columns hold classes: 'fine', 'coarse'", Refusal(() => shard.ReadLabels(Stop)));
        Assert.Equal(
            [new ShardLabel(5, "")], ParquetShard.Open(named, new RowGroupCache(1 << 20), Stop).ReadLabels(Stop));
        Assert.Contains(
            "its class is number 5, but the file names 2 classes",
            Refusal(() => new ShardedPictures([named]).Labelled(["cat", "dog", "x", "y", "z", "v", "w"], out _)));
    }

    [Theory]
    [InlineData("cat", "dog", null)] // in the order of the numbers
    [InlineData("a photo of a dog", "cat", null)] // captions
    [InlineData("", "dog", null)]
    [InlineData("dog", "cat", "a.png: by its number its class is 'cat', but '.txt' says 'dog'")]
    [InlineData("cat", "cat", "b.png: by its number its class is 'dog', but '.txt' says 'cat'")]
    public void A_text_beside_a_number_names_the_same_class(string first, string second, string? expected)
    {
        string path = Tar(
            ("a.png", "1"), ("a.cls", "0"), ("a.txt", first), ("b.png", "1"), ("b.cls", "1"), ("b.txt", second));

        Expect(expected, path);
    }

    [Theory]
    [InlineData("cat", "dog", null)]
    [InlineData("mammal", "cat", null)]
    [InlineData("dog", "cat", "/0: by its number its class is 'cat', but 'class' says 'dog'")]
    public async Task A_column_of_names_beside_one_of_numbers_says_the_same(
        string first, string second, string? expected)
    {
        string path = Path.Combine(_folder, "names.parquet");
        var picture = new DataField("image", typeof(byte[]), isNullable: false);
        var label = new DataField("label", typeof(int), isNullable: false);
        var name = new DataField("class", typeof(string), isNullable: false);
        await using (FileStream stream = File.Create(path))
        {
            await using ParquetWriter writer = await ParquetWriter.CreateAsync(
                new ParquetSchema(picture, label, name), stream, cancellationToken: Stop);
            using ParquetRowGroupWriter part = writer.CreateRowGroup();
            await part.WriteAsync(picture, [s_any, s_any]);
            await part.WriteAsync<int>(label, (int[])[0, 1], cancellationToken: Stop);
            await part.WriteAsync(name, [first, second]);
        }

        Expect(expected, path);
    }

    private static void Expect(string? refusal, string path)
    {
        var pictures = new ShardedPictures([path]);
        if (refusal is null)
        {
            Assert.Equal([0, 1], pictures.Labelled(["cat", "dog"], out _).Select(item => item.Label));
        }
        else
        {
            Assert.Contains(refusal, Refusal(() => pictures.Labelled(["cat", "dog"], out _)));
        }
    }

    private static string Refusal(Action act)
    {
        string message = Assert.Throws<PromptKDException>(act).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private string Tar(params (string Name, string Content)[] files)
    {
        string path = Path.Combine(_folder, $"{Guid.NewGuid()}.tar");
        ShardFixtures.WriteTar(path, [.. files.Select(file => (file.Name, ShardFixtures.Text(file.Content)))]);
        return path;
    }

    // Two columns that Hugging Face's metadata calls class labels; the label is 5 of 2.
    private async Task<string> Parquet(string[] labels)
    {
        string path = Path.Combine(_folder, $"{Guid.NewGuid()}.parquet");
        var picture = new DataField("image", typeof(byte[]), isNullable: false);
        DataField[] columns = [.. labels.Select(name => new DataField(name, typeof(long), isNullable: false))];
        await using FileStream stream = File.Create(path);
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(
            new ParquetSchema([picture, .. columns]), stream);
        string features = string.Join(", ", labels.Select(name =>
            $$"""
            "{{name}}": {"names": ["cat", "dog"], "_type": "ClassLabel"}
            """));
        writer.CustomMetadata = new Dictionary<string, string>
        {
            ["huggingface"] = """{"info": {"features": {"image": {"_type": "Image"}, ...}}}""".Replace("...", features),
        };
        using ParquetRowGroupWriter part = writer.CreateRowGroup();
        await part.WriteAsync(picture, [s_any]);
        foreach (DataField column in columns)
        {
            await part.WriteAsync<long>(column, (long[])[5]);
        }

        return path;
    }
}
