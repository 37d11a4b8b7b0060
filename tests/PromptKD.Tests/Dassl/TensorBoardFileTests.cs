using PromptKD.Dassl;
using PromptKD.Runtime;

namespace PromptKD.Tests.Dassl;

public sealed class TensorBoardFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>
    /// CRC-32C of nine digits is e3069283 (the catalogues' check value), of 32 zeros 8a9136aa (RFC 3720, B.4). Masked:
    /// turned right by 15 bits, plus a282ead8.
    /// </summary>
    [Fact]
    public void Masks_the_checksums_that_are_known()
    {
        Assert.Equal(Masked(0xe3069283), TensorBoardFile.MaskedChecksum("123456789"u8));
        Assert.Equal(Masked(0x8a9136aa), TensorBoardFile.MaskedChecksum(new byte[32]));
    }

    [Fact]
    public void Writes_a_version_and_then_a_point_byte_for_byte()
    {
        string path = Path.Combine(_folder, "events");
        using (var file = new TensorBoardFile(
            AppendedFile.Open(path), () => DateTimeOffset.FromUnixTimeMilliseconds(1_500)))
        {
            file.Add("train/lr", 0.5, step: 300);
        }

        // 1.5 as float64 is 3ff8…, 0.5 as float32 is 3f000000, 300 as a varint is ac 02.
        byte[] version = [0x09, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0x10, 0x00, 0x1a, 13, .. "brain.Event:2"u8];
        byte[] point =
        [
            0x09, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0x10, 0xac, 0x02, 0x2a, 17, 0x0a, 15,
            0x0a, 8, .. "train/lr"u8, 0x15, 0, 0, 0, 0x3f,
        ];
        Assert.Equal([.. Record(version), .. Record(point)], File.ReadAllBytes(path));
    }

    [Fact]
    public void Names_its_file_as_TensorBoard_looks_for_it()
    {
        TensorBoardFile.Create(_folder).Dispose();

        string name = Path.GetFileName(Assert.Single(Directory.GetFiles(_folder)));
        Assert.Matches(@"^events\.out\.tfevents\.\d{10}\..+", name);
    }

    [Fact]
    public void Says_where_points_are_added_that_the_disk_is_full_and_closes_in_silence()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /dev/full, which only Linux has.");
        var file = new TensorBoardFile(AppendedFile.Open("/dev/full"), () => DateTimeOffset.UtcNow);
        file.Add("train/lr", 0.5, step: 300);

        var error = Assert.Throws<PromptKDException>(file.Flush);
        file.Dispose();

        Assert.StartsWith(
            "Cannot write '/dev/full': No space left on device.", error.Message, StringComparison.Ordinal);
    }

    private static byte[] Record(byte[] message)
    {
        byte[] length = BitConverter.GetBytes((ulong)message.Length);
        return
        [
            .. length,
            .. BitConverter.GetBytes(TensorBoardFile.MaskedChecksum(length)),
            .. message,
            .. BitConverter.GetBytes(TensorBoardFile.MaskedChecksum(message)),
        ];
    }

    private static uint Masked(uint checksum) => unchecked(((checksum >> 15) | (checksum << 17)) + 0xa282ead8);
}
