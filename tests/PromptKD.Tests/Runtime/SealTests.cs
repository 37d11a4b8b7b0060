using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed class SealTests
{
    [Fact]
    public void Is_the_sha256_of_the_file_with_zeros_in_its_own_place()
    {
        using var stream = new MemoryStream();
        stream.Write("abc"u8);
        stream.Write(System.Text.Encoding.ASCII.GetBytes(Seal.Blank));
        stream.Write("xyz\n"u8);

        string digest = Seal.Apply(stream, 3);

        // printf 'abc%064dxyz\n' 0 | sha256sum
        Assert.Equal("a4def962bd2c7ff2f32cb04d80c72d3582452ba53f15d5823c8cc65dba1e69e8", digest);
        Assert.Equal($"abc{digest}xyz\n", System.Text.Encoding.ASCII.GetString(stream.ToArray()));
        Assert.Null(Seal.FindFault(stream, 3, digest));
    }

    [Fact]
    public void Is_the_same_where_its_place_lies_across_two_reads()
    {
        byte[] bytes = new byte[(1 << 20) + 100];
        using var whole = new MemoryStream(bytes);
        long place = (1 << 20) - 30;

        string digest = Seal.Apply(whole, place);

        byte[] zeros = [.. bytes];
        zeros.AsSpan((int)place, Seal.Digits).Fill((byte)'0');
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(zeros)), digest);
    }
}
