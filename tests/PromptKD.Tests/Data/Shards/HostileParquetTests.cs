using System.Text;
using CsCheck;
using PromptKD.Data.Shards;

namespace PromptKD.Tests.Data.Shards;

/// <summary>Parquet files that mean harm: each ends in one line, in no time and with little memory.</summary>
public sealed class HostileParquetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("PAR1")]
    [InlineData("PAR1\0\0\0\0PAR1")] // No description.
    [InlineData("PAR1\u0015\u0001\0\0\0PAR1")] // A description that ends within a number.
    [InlineData("PAR1\u00FF\u00FF\u00FF\u007FPAR1")] // A description of 2 GB.
    [InlineData("PAR1\u0019\u00FC\u00FF\u00FF\u00FF\u00FF\u0007\0\u0008\0\0\0PAR1")] // A list of 2^31 structures.
    [InlineData("PAR1\u0095\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u000D\0\0\0PAR1")]
    public void A_few_bytes_are_no_file(string bytes)
    {
        string path = Path.Combine(_folder, "few.parquet");
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes(bytes));

        var error = Assert.Throws<PromptKDException>(() => Read(path));

        Assert.StartsWith($"{path}: not a whole parquet file: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_damage_to_a_file_is_one_line_or_a_picture_that_cannot_be_read()
    {
        byte[] whole = File.ReadAllBytes(ShardFixtures.Arrow);
        string path = Path.Combine(_folder, "damaged.parquet");

        // Most of what can go wrong lies in the description at the end and in the pages' headers.
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length - 1], Gen.Byte).Sample(
            (first, one, second, other) =>
            {
                byte[] damaged = [.. whole];
                damaged[first] = one;
                damaged[second] ^= other;
                File.WriteAllBytes(path, damaged);
                long before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    Read(path);
                }
                catch (PromptKDException error)
                {
                    Assert.DoesNotContain('\n', error.Message);
                }

                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 20);
            },
            iter: 3000,
            threads: 1);
    }

    [Fact]
    public async Task A_large_column_of_differences_says_how_to_write_the_file_instead()
    {
        string path = Path.Combine(_folder, "differences.parquet");
        byte[] large = new byte[20 << 20];
        await ShardFixtures.WriteParquet(path, (large, "cat"), (large[..8], "dog"));

        await EncodeFirstPage(path, 7);

        Exception? error = Record.Exception(() =>
            ParquetShard.Open(path, new RowGroupCache(0), TestContext.Current.CancellationToken).Pictures[0].Bytes.Use(
                content => content.Length));

        Assert.IsType<InvalidDataException>(error);
        Assert.Equal(
            "row group 0 cannot be read: a column is written as differences (DELTA_BYTE_ARRAY), and too large for that: write "
            + "the file again with the encoding PLAIN",
            error.Message);
    }

    [Theory]
    [InlineData(3)] // RLE: the library would write the file's numbers over references.
    [InlineData(4)] // BIT_PACKED
    [InlineData(5)] // DELTA_BINARY_PACKED
    [InlineData(9)] // BYTE_STREAM_SPLIT
    [InlineData(10)] // None that there is.
    public async Task A_column_of_bytes_that_claims_an_encoding_of_numbers_is_damaged(byte encoding)
    {
        string path = Path.Combine(_folder, "encoding.parquet");
        await ShardFixtures.WriteParquet(path, (new byte[4096], "cat"), (new byte[8], "dog"));
        await EncodeFirstPage(path, encoding);

        Exception? error = Record.Exception(() =>
            ParquetShard.Open(path, new RowGroupCache(0), TestContext.Current.CancellationToken).Pictures[0].Bytes.Use(
                content => content.Length));

        Assert.IsType<InvalidDataException>(error);
        Assert.Equal("row group 0 cannot be read: a page has an encoding that its column cannot have", error.Message);
    }

    // The header of the first page: two values, plain (0); numbers are doubled.
    private static async Task EncodeFirstPage(string path, byte encoding)
    {
        byte[] bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        int place = bytes.AsSpan().IndexOf(new byte[] { 0x15, 0x04, 0x15, 0x00, 0x15 });
        Assert.InRange(place, 4, 100);
        bytes[place + 3] = (byte)(2 * encoding);
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
    }

    private static void Read(string path)
    {
        ParquetShard shard = ParquetShard.Open(path, new RowGroupCache(0));
        foreach (ShardPicture picture in shard.Pictures.Take(20))
        {
            try
            {
                picture.Bytes.Use(bytes => bytes.Length);
            }
            catch (InvalidDataException)
            {
                // A picture that cannot be read is left out and named.
            }
        }

        shard.ReadLabels();
    }
}
