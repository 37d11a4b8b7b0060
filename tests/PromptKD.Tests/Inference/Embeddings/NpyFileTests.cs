using System.Text;
using PromptKD.Inference.Embeddings;

namespace PromptKD.Tests.Inference.Embeddings;

/// <summary>By NumPy's description of its format (numpy.lib.format, version 1.0).</summary>
public sealed class NpyFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Is_a_magic_a_version_a_header_and_the_numbers()
    {
        string path = Path.Combine(_folder, "a.npy");

        NpyFile.Write(path, [[1, -2.5f, 0], [3, 4, 1e-3f]], width: 3);

        byte[] bytes = File.ReadAllBytes(path);
        Assert.Equal([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0], bytes[..8]);
        int length = bytes[8] + (256 * bytes[9]);
        Assert.Equal(0, (10 + length) % 64);
        string header = Encoding.ASCII.GetString(bytes, 10, length);
        Assert.Equal("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", header.TrimEnd());
        Assert.EndsWith(" \n", header, StringComparison.Ordinal);
        Assert.Equal(
            "0000803F 000020C0 00000000 00004040 00008040 6F12833A",
            string.Join(' ', bytes[(10 + length)..].Chunk(4).Select(Convert.ToHexString)));
    }

    [Fact]
    public void Begins_its_numbers_at_a_multiple_of_64_bytes_whatever_the_shape()
    {
        foreach (int rows in new[] { 1, 12, 12345 })
        {
            string path = Path.Combine(_folder, $"{rows}.npy");
            NpyFile.Write(path, [.. Enumerable.Repeat(new float[2], rows)], width: 2);
            Assert.Equal(0, (new FileInfo(path).Length - (8 * rows)) % 64);
        }
    }
}
