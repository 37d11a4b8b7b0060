using System.Buffers.Binary;
using System.Text;
using PromptKD.Data.Pictures;

namespace PromptKD.Tests.Data.Pictures;

public sealed class PngHeaderTests
{
    // The signature and the header chunk: 8 bytes, and 12 around 13.
    private const int BehindHeader = 33;
    private const int Large = 3 << 20;

    private static readonly byte[] s_picture = TestPictures.Gradient(20, 16);

    [Theory]
    [InlineData("tEXt")]
    [InlineData("iTXt")]
    [InlineData("prVt")] // nobody knows it
    public void Large_chunks_that_are_no_picture_are_left_out(string type)
    {
        byte[] first = [.. s_picture[..BehindHeader], .. Chunk(type, Large), .. s_picture[BehindHeader..]];
        byte[] last = [.. first[..^12], .. Chunk(type, Large + 1), .. first[^12..]];

        Assert.Equal(s_picture, PngHeader.WithoutAsides(first));
        Assert.Equal(s_picture, PngHeader.WithoutAsides(last));
    }

    [Theory]
    [InlineData("tEXt", 1000)] // small
    [InlineData("IDAT", Large)] // of the picture
    [InlineData("tEXt", -1)] // longer than the file
    public void Others_stay(string type, int length)
    {
        byte[] file = [.. s_picture[..BehindHeader], .. Chunk(type, length), .. s_picture[BehindHeader..]];

        Assert.Equal(file, PngHeader.WithoutAsides(file));
        Assert.Equal(file.AsSpan(..^20), PngHeader.WithoutAsides(file.AsSpan(..^20)));
    }

    [Fact]
    public void Another_file_is_itself()
    {
        byte[] file = [0xFF, 0xD8, .. Chunk("tEXt", Large)];

        Assert.Equal(file, PngHeader.WithoutAsides(file));
        Assert.True(PngHeader.WithoutAsides([]).IsEmpty);
    }

    // Length, type, content, checksum, which is not looked at.
    private static byte[] Chunk(string type, int length)
    {
        byte[] chunk = new byte[12 + Math.Max(length, 0)];
        BinaryPrimitives.WriteInt32BigEndian(chunk, length);
        Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        return chunk;
    }
}
