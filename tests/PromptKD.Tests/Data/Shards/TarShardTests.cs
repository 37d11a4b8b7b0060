using System.Text;
using PromptKD.Data.Decoding;
using PromptKD.Data.Pictures;
using PromptKD.Data.Shards;

namespace PromptKD.Tests.Data.Shards;

public sealed class TarShardTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Reads_the_pictures_of_GNU_tar_in_their_order()
    {
        TarShard shard = TarShard.Open(ShardFixtures.GnuTar, Stop);

        Assert.Equal(["a/0001.png", "a/0002.png", $"a/{new string('x', 110)}.png"], shard.Pictures.Select(p => p.Name));
        Assert.Equal([2, 3, 4], shard.Pictures.Select(WidthOf));
        Assert.Equal([KeyValuePair.Create("hidden pictures", 1)], shard.LeftOut.At("").Kinds); // The others are labels.
    }

    [Fact]
    public void Finds_the_label_of_each_in_the_file_beside_it()
    {
        IReadOnlyList<ShardLabel?> labels = TarShard.Open(ShardFixtures.GnuTar, Stop).ReadLabels(Stop);

        Assert.Equal([new ShardLabel(1, ""), new ShardLabel(0, ""), new ShardLabel(null, "Blue_Moon")], labels);
    }

    [Fact]
    public void Reads_an_archive_of_bare_headers()
    {
        // The oldest form there is: name, size and checksum in a block of 512 bytes (POSIX.1-1988, ustar without
        // magic).
        byte[] content = [1, 2, 3];
        byte[] header = new byte[512];
        Encoding.ASCII.GetBytes("one.jpg").CopyTo(header, 0);
        Encoding.ASCII.GetBytes("0000644\0").CopyTo(header, 100);
        Encoding.ASCII.GetBytes("00000000003\0").CopyTo(header, 124);
        header.AsSpan(148, 8).Fill((byte)' ');
        Encoding.ASCII.GetBytes($"{Convert.ToString(header.Sum(value => value), 8):000000}\0 ").CopyTo(header, 148);
        string path = Path.Combine(_folder, "old.tar");
        File.WriteAllBytes(path, [.. header, .. content, .. new byte[509 + 1024]]);

        ShardPicture picture = Assert.Single(TarShard.Open(path, Stop).Pictures);

        Assert.Equal("one.jpg", picture.Name);
        Assert.Equal(content, picture.Bytes.Use(bytes => bytes.ToArray()));
    }

    [Fact]
    public void A_sample_is_what_shares_the_name_up_to_its_first_dot()
    {
        string path = Path.Combine(_folder, "samples.tar");
        ShardFixtures.WriteTar(
            path,
            ("b/1.input.png", TestPictures.Grey(1)),
            ("a/1.png", TestPictures.Grey(2)),
            ("a/1.cls", ShardFixtures.Text("7")),
            ("b/1.cls", ShardFixtures.Text("8")),
            ("c/1.png", TestPictures.Grey(3)));

        Assert.Equal([8, 7, null], TarShard.Open(path, Stop).ReadLabels(Stop).Select(label => label?.Number));
    }

    [Fact]
    public void Says_of_an_archive_that_was_cut_behind_a_whole_file_that_more_may_have_followed()
    {
        string path = Path.Combine(_folder, "cut.tar");
        ShardFixtures.WriteTar(path, ("1.png", TestPictures.Grey(1)), ("2.png", new byte[9000]));
        byte[] whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..^1024]); // The two blocks of zeros at its end are 1,024 bytes.

        LeftOut leftOut = PictureFolder.Unlabelled(path, Stop).LeftOut;

        Assert.Equal([path], leftOut.WithoutEnd);
        Assert.Equal(
            $"'{path}' does not end as a tar archive does: its files are whole, but more may have followed. If it was "
            + "copied or downloaded, do so again.",
            leftOut.DescribeWithoutEnd());
        Assert.Null(leftOut.Describe());
        File.WriteAllBytes(path, whole);
        Assert.Empty(PictureFolder.Unlabelled(path, Stop).LeftOut.WithoutEnd);
    }

    [Theory]
    [InlineData(700)] // In the middle of the first picture.
    [InlineData(100)] // In the middle of the first header.
    public void Refuses_an_archive_that_was_cut_short(int length)
    {
        string path = Path.Combine(_folder, "short.tar");
        ShardFixtures.WriteTar(path, ("1.png", new byte[9000]));
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..length]);

        var error = Assert.Throws<PromptKDException>(() => TarShard.Open(path, Stop));

        Assert.StartsWith($"{path}: not a whole tar archive", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_what_is_no_archive()
    {
        string path = Path.Combine(_folder, "no.tar");
        File.WriteAllBytes(path, [.. Enumerable.Range(0, 4096).Select(number => (byte)(number * 37))]);

        Assert.Throws<PromptKDException>(() => TarShard.Open(path, Stop));
    }

    [Theory]
    [InlineData("504B0304140000000800", "a ZIP archive, not a tar archive. Unpack it, and give the folder.")]
    [InlineData("504B0506000000000000", "a ZIP archive, not a tar archive.")]
    [InlineData("1F8B0800000000000003", "compressed by gzip, which a tar archive here is not. Decompress it first.")]
    [InlineData("28B52FFD0458", "compressed by zstd")]
    [InlineData("377ABCAF271C0004", "a 7z archive, not a tar archive.")]
    [InlineData("504152311504", "a parquet file, not a tar archive. Call it .parquet.")]
    [InlineData("FFD8FFE000104A464946", "a JPEG picture, not a tar archive.")]
    [InlineData("3C21444F43545950453E", "not a tar archive but a web page: was the download refused?")]
    public void Says_what_a_file_is_that_is_only_called_an_archive(string first, string expected)
    {
        string path = Path.Combine(_folder, "no.tar");
        File.WriteAllBytes(path, [.. Convert.FromHexString(first), .. Enumerable.Repeat((byte)'x', 600)]);

        var error = Assert.Throws<PromptKDException>(() => TarShard.Open(path, Stop));

        Assert.StartsWith($"{path}: {expected}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_archive_is_no_other_kind_of_file_whatever_its_first_name_begins_with()
    {
        string path = Path.Combine(_folder, "cars.tar");
        ShardFixtures.WriteTar(path, ("BM/1.png", TestPictures.Grey(1)));
        byte[] bytes = File.ReadAllBytes(path);
        bytes[40] ^= 1;
        File.WriteAllBytes(path, bytes);

        var error = Assert.Throws<PromptKDException>(() => TarShard.Open(path, Stop));

        Assert.StartsWith($"{path}: not a whole tar archive: the sum", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Leaves_out_what_a_folder_would_leave_out_too()
    {
        string path = Path.Combine(_folder, "nas.tar");
        byte[] picture = TestPictures.Grey(1);
        ShardFixtures.WriteTar(
            path,
            ("./cat/1.png", picture),
            ("cat/@eaDir/1.png/THUMB_M.jpg", picture),
            ("__MACOSX/cat/2.png", picture),
            ("__MACOSX/cat/._1.png", [1]),
            ("@eaDir/1.cls", ShardFixtures.Text("dog")),
            (".thumbnails/3.png", picture),
            ("../up/4.png", picture),
            ("cat/.DS_Store", [1]));

        TarShard shard = TarShard.Open(path, Stop);

        Assert.Equal(["cat/1.png", "../up/4.png"], shard.Pictures.Select(one => one.Name));
        Assert.Equal(
            new Dictionary<string, int>
            {
                ["pictures in folders of the system"] = 2,
                ["hidden pictures"] = 1,
                ["hidden files"] = 1,
                ["._*"] = 1,
                [".DS_Store"] = 1,
            },
            shard.LeftOut.At("").Kinds);
    }

    private static int WidthOf(ShardPicture picture)
    {
        using PictureDecoder decoder = picture.Bytes.Use(bytes => PictureDecoder.Open(bytes));
        return decoder.Width;
    }
}
