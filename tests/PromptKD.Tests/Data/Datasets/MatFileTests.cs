using System.Buffers.Binary;
using PromptKD.Data.Datasets;
using PromptKD.Golden;

namespace PromptKD.Tests.Data.Datasets;

/// <summary>
/// Files in the folder Scipy were written by SciPy 1.10.1 (<c>scipy.io.savemat</c>); other bytes by MathWorks'
/// description of the format, apart from the reader.
/// </summary>
public sealed class MatFileTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    [Theory]
    [InlineData("labels.mat")]
    [InlineData("labels-float-compressed.mat")]
    public void Numbers_of_SciPy_are_read(string file) =>
        Assert.Equal([77, 77, 1, 102, 3], MatFile.Read(Scipy(file))["labels"].Numbers);

    [Fact]
    public void Cells_of_SciPy_are_read() => Assert.Equal(
        ["AM General Hummer SUV 2000", "Ram C/V Cargo Van Minivan 2012", "Citroën DS 1955"],
        MatFile.Read(Scipy("names.mat"))["class_names"].Cells.Select(cell => cell.Text));

    [Fact]
    public void Structures_of_SciPy_are_read()
    {
        IReadOnlyList<IReadOnlyDictionary<string, MatArray>> annotations =
            MatFile.Read(Scipy("annotations.mat"))["annotations"].Structures;

        Assert.Equal(["bbox_x1", "bbox_y1", "bbox_x2", "bbox_y2", "class", "fname"], annotations[1].Keys);
        Assert.Equal([14.0, 3.0], annotations.Select(one => one["class"].Numbers[0]));
        Assert.Equal(["00001.jpg", "00002.jpg"], annotations.Select(one => one["fname"].Text));
    }

    [Fact]
    public void A_small_file_stands_for_no_more_than_labels_need()
    {
        // One compressed element that would unpack to 128 MiB of zeros.
        using var packed = new MemoryStream();
        using (var stream = new System.IO.Compression.ZLibStream(
            packed, System.IO.Compression.CompressionLevel.SmallestSize, leaveOpen: true))
        {
            for (int block = 0; block < 128; block++)
            {
                stream.Write(new byte[1 << 20]);
            }
        }

        byte[] header = FakeMatFile.Row("labels", [1])[..128];
        byte[] tag = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(tag, 15);
        BinaryPrimitives.WriteInt32LittleEndian(tag.AsSpan(4), (int)packed.Length);

        var error = Assert.Throws<PromptKDException>(() => Read([.. header, .. tag, .. packed.ToArray()]));

        Assert.Contains("it unpacks to more than 50331648 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_of_numbers_is_read()
    {
        byte[] content = FakeMatFile.Row("labels", [77, 1, 102]);

        Assert.Equal([77, 1, 102], Read(content)["labels"].Numbers);
    }

    [Fact]
    public void Letters_in_cells_are_read() => Assert.Equal(
        ["AM General Hummer SUV 2000", "Ram C/V"],
        Read(FakeMatFile.CarNames(["AM General Hummer SUV 2000", "Ram C/V"]))["class_names"].Cells.Select(
            cell => cell.Text));

    [Fact]
    public void Compressed_structures_are_read()
    {
        IReadOnlyList<IReadOnlyDictionary<string, MatArray>> annotations = Read(FakeMatFile.CarAnnotations(
            [new FakePicture("cars_train/00001.jpg", 13, "", "train"), new FakePicture(
                "cars_train/00002.jpg", 2, "", "train")]))
            ["annotations"].Structures;

        Assert.Equal([14.0, 3.0], annotations.Select(one => one["class"].Numbers[0]));
        Assert.Equal(["00001.jpg", "00002.jpg"], annotations.Select(one => one["fname"].Text));
    }

    [Theory]
    [InlineData(2, new byte[] { 255 }, 255.0)]
    [InlineData(1, new byte[] { 255 }, -1.0)]
    [InlineData(3, new byte[] { 0xfe, 0xff }, -2.0)]
    [InlineData(5, new byte[] { 0x00, 0x00, 0x01, 0x00 }, 65536.0)]
    [InlineData(7, new byte[] { 0x00, 0x00, 0xc0, 0x3f }, 1.5)]
    [InlineData(9, new byte[] { 0, 0, 0, 0, 0, 0, 0xf8, 0x3f }, 1.5)]
    [InlineData(12, new byte[] { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, -1.0)]
    public void Numbers_of_every_kind_are_read(int type, byte[] bytes, double expected) =>
        Assert.Equal([expected], new MatElement((MatElementType)type, bytes).Numbers());

    [Fact]
    public void A_file_cut_anywhere_is_refused_in_one_line()
    {
        byte[] content = FakeMatFile.CarNames(["Audi TT 2012", "Volvo 240 1993"]);

        Assert.All(Enumerable.Range(129, content.Length - 136), length => Assert.StartsWith(
            $"'{_file}' cannot be used: ", Refusal(content[..length]), StringComparison.Ordinal));
    }

    [Fact]
    public void Damaged_bytes_are_refused_or_read_but_never_crash()
    {
        byte[] content = FakeMatFile.CarNames(["Audi TT 2012"]);
        for (int place = 128; place < content.Length; place++)
        {
            byte[] damaged = [.. content];
            damaged[place] ^= 0xff;
            Exception? error = Record.Exception(() => Read(damaged));
            Assert.True(error is null or PromptKDException, $"byte {place}: {error}");
        }
    }

    [Fact]
    public void Another_version_is_refused()
    {
        byte[] content = FakeMatFile.Row("labels", [1]);
        BinaryPrimitives.WriteUInt16LittleEndian(content.AsSpan(124), 0x0200);

        Assert.Equal(
            $"'{_file}' cannot be used: its version is 0x0200, expected 0x0100. Save it with -v7.", Refusal(content));
    }

    public void Dispose() => File.Delete(_file);

    private static string Scipy(string file) => Path.Combine(
        ProjectFolder.Root, "tests", "PromptKD.Tests", "Data", "Datasets", "Scipy", file);

    private IReadOnlyDictionary<string, MatArray> Read(byte[] content)
    {
        File.WriteAllBytes(_file, content);
        return MatFile.Read(_file);
    }

    private string Refusal(byte[] content) => Assert.Throws<PromptKDException>(() => Read(content)).Message;
}
