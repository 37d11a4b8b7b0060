using PromptKD.Data.Decoding;
using PromptKD.Data.Shards;

namespace PromptKD.Tests.Data.Shards;

public sealed class ParquetShardTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly RowGroupCache _cache = new(1 << 20);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Reads_the_pictures_of_Arrow_in_their_places()
    {
        ParquetShard shard = ParquetShard.Open(ShardFixtures.Arrow, _cache, Stop);

        Assert.Equal(["0", "1", "2", "3", "4"], shard.Pictures.Select(picture => picture.Name));
        Assert.Equal(
            [2, 3, 4],
            [WidthOf(shard.Pictures[0]), WidthOf(shard.Pictures[3]), WidthOf(shard.Pictures[4])]);
        Assert.All(shard.Pictures.Take(3).Skip(1), empty => Assert.Throws<InvalidDataException>(() => WidthOf(empty)));
    }

    [Fact]
    public void Finds_the_columns_and_classes_that_Hugging_Face_notes()
    {
        ParquetShard shard = ParquetShard.Open(ShardFixtures.Arrow, _cache, Stop);

        Assert.Equal(["red_star", "blue moon"], shard.ClassNames);
        Assert.Equal([0, 1, 1, 0, 1], shard.ReadLabels(Stop).Select(label => label?.Number));
    }

    [Fact]
    public async Task Reads_a_column_of_bytes_and_one_of_names()
    {
        string path = Path.Combine(_folder, "flat.parquet");
        await ShardFixtures.WriteParquet(
            path,
            (TestPictures.Grey(1, width: 5), "cat"),
            (TestPictures.Grey(2, width: 6), "dog"),
            (TestPictures.Grey(3, width: 7), "cat"));

        ParquetShard shard = ParquetShard.Open(path, _cache, Stop);

        Assert.Equal([5, 6, 7], shard.Pictures.Select(WidthOf));
        Assert.Equal(["cat", "dog", "cat"], shard.ReadLabels(Stop).Select(label => label?.Name));
        Assert.Null(shard.ClassNames);
    }

    [Fact]
    public void Threads_may_share_it()
    {
        ParquetShard shard = ParquetShard.Open(ShardFixtures.Arrow, new RowGroupCache(capacity: 1), Stop);
        ShardPicture[] pictures = [shard.Pictures[0], shard.Pictures[3], shard.Pictures[4]];

        int[] widths = new int[300];
        Parallel.For(0, widths.Length, place => widths[place] = WidthOf(pictures[place % 3])!.Value);

        Assert.Equal([.. Enumerable.Range(0, widths.Length).Select(place => 2 + (place % 3))], widths);
    }

    [Fact]
    public void A_damaged_row_group_spoils_its_own_pictures_only()
    {
        string path = Path.Combine(_folder, "damaged.parquet");
        byte[] file = File.ReadAllBytes(ShardFixtures.Arrow);
        file.AsSpan(4, 60).Fill(0xFF); // The first page, behind the four letters that begin the file.
        File.WriteAllBytes(path, file);

        ParquetShard shard = ParquetShard.Open(path, _cache, Stop);

        var error = Assert.Throws<InvalidDataException>(() => WidthOf(shard.Pictures[0]));
        Assert.StartsWith("row group 0 cannot be read", error.Message, StringComparison.Ordinal);
        Assert.Equal(4, WidthOf(shard.Pictures[4]));
    }

    [Fact]
    public void Refuses_a_file_that_was_cut_short()
    {
        string path = Path.Combine(_folder, "short.parquet");
        File.WriteAllBytes(path, File.ReadAllBytes(ShardFixtures.Arrow)[..1000]);

        var error = Assert.Throws<PromptKDException>(() => ParquetShard.Open(path, _cache, Stop));

        Assert.StartsWith($"{path}: not a whole parquet file", error.Message, StringComparison.Ordinal);
    }

    // Null where the row has no picture.
    private static int? WidthOf(ShardPicture picture)
    {
        using PictureDecoder? decoder = picture.Bytes.Use(bytes => bytes.IsEmpty ? null : PictureDecoder.Open(bytes));
        return decoder?.Width;
    }
}
