using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using PromptKD.Golden;
using PromptKD.Models.Weights;

namespace PromptKD.Tests.Models.Weights.Zip;

public sealed class TorchZipFileTests : IDisposable
{
    private static readonly string s_odd = Path.Combine(ProjectFolder.Golden, "11-checkpoints", "odd_tensors.pt");

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Reads_compressed_entries_too()
    {
        using DisposeScope scope = NewDisposeScope();
        using CheckpointFile file = CheckpointFile.Open(Rewrite(CompressionLevel.Optimal));
        string expectedPath = Path.Combine(ProjectFolder.Golden, "11-checkpoints", "odd_tensors_expected.safetensors");

        foreach ((string name, Tensor expected) in SafetensorsFile.Read(expectedPath))
        {
            Tensor actual = file.Tensors[name].Read();

            Assert.Equal(expected.shape, actual.shape);
            Assert.True(actual.eq(expected).all().item<bool>(), name);
        }
    }

    [Fact]
    public void Keeps_an_expanded_tensor_as_small_as_it_is_stored()
    {
        using DisposeScope scope = NewDisposeScope();
        using CheckpointFile file = CheckpointFile.Open(s_odd);

        // Stored as two elements and shape [2, 3] with strides (1, 0).
        Assert.Equal([1, 0], file.Tensors["expanded"].Read().stride());
    }

    [Fact]
    public void Refuses_big_endian_values()
    {
        string path = Rewrite(CompressionLevel.NoCompression, ("odd_tensors/byteorder", "big"));

        var error = Assert.Throws<PromptKDException>(() => CheckpointFile.Open(path));

        Assert.Contains("byte order is 'big'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("odd_tensors/data.pkl")]
    [InlineData("odd_tensors/data/0")]
    public void Refuses_bytes_that_do_not_match_the_checksum_that_torch_wrote(string entry)
    {
        string path = Path.Combine(_folder, "flipped.pt");
        File.WriteAllBytes(path, Flipped(entry));

        var error = Assert.Throws<PromptKDException>(() => ReadAll(path));

        Assert.Equal(
            $"{path}: not a PyTorch archive, cut short or damaged: the bytes of '{entry}' do not match their checksum. "
            + "Fetch the file again.",
            error.Message);
    }

    [Fact]
    public void Takes_values_without_a_checksum()
    {
        const string Entry = "odd_tensors/data/0";
        string path = Path.Combine(_folder, "without.pt");
        byte[] bytes = Flipped(Entry);
        int line = bytes.AsSpan().LastIndexOf(Encoding.ASCII.GetBytes(Entry)) - 46; // Of the directory.
        bytes.AsSpan(line + 16, sizeof(uint)).Clear();
        File.WriteAllBytes(path, bytes);

        Assert.NotEqual(0, ReadAll(path));
    }

    [Fact]
    public void Refuses_two_entries_of_one_name()
    {
        string path = Rewrite(CompressionLevel.NoCompression, ("odd_tensors/data.pkl", "."));

        var error = Assert.Throws<PromptKDException>(() => CheckpointFile.Open(path));

        Assert.Contains("two entries 'odd_tensors/data.pkl'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_directory_of_more_entries_than_any_checkpoint_has()
    {
        string path = Path.Combine(_folder, "a.pt");
        using (ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            for (int number = 0; number < 80_000; number++)
            {
                archive.CreateEntry($"a/data/{number:00000}", CompressionLevel.NoCompression);
            }
        }

        // More than 65,535 entries make it a ZIP64, which says where the directory lies in another place.
        var error = Assert.Throws<PromptKDException>(() => CheckpointFile.Open(path));

        Assert.Contains($"at most {4 << 20} are read", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_other_zip_archives()
    {
        string path = Path.Combine(_folder, "a.zip");
        using (ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            archive.CreateEntry("readme.txt");
        }

        var error = Assert.Throws<PromptKDException>(() => CheckpointFile.Open(path));

        Assert.Contains("without a 'data.pkl'", error.Message, StringComparison.Ordinal);
    }

    private static int ReadAll(string path)
    {
        using DisposeScope scope = NewDisposeScope();
        using CheckpointFile file = CheckpointFile.Open(path);
        return file.Tensors.Values.Select(tensor => tensor.Read()).Count(tensor => tensor.numel() > 0);
    }

    /// <summary>The golden file of odd tensors with another first byte in one of its entries.</summary>
    private static byte[] Flipped(string entry)
    {
        byte[] bytes = File.ReadAllBytes(s_odd), name = Encoding.ASCII.GetBytes(entry);
        int header = bytes.AsSpan().IndexOf(name) - 30;
        int content = header + 30 + name.Length + BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(header + 28));
        bytes[content] ^= 1;
        return bytes;
    }

    /// <summary>Packs the golden file of odd tensors again, with other compression and an additional entry.</summary>
    private string Rewrite(CompressionLevel compression, params (string Name, string Content)[] additional)
    {
        string path = Path.Combine(_folder, "odd.pt");
        using ZipArchive source = ZipFile.OpenRead(s_odd);
        using ZipArchive target = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (ZipArchiveEntry entry in source.Entries)
        {
            using Stream input = entry.Open();
            using Stream output = target.CreateEntry(entry.FullName, compression).Open();
            input.CopyTo(output);
        }

        foreach ((string name, string content) in additional)
        {
            using Stream output = target.CreateEntry(name, compression).Open();
            output.Write(Encoding.ASCII.GetBytes(content));
        }

        return path;
    }
}
