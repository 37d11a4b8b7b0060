using System.Buffers.Binary;
using System.IO.Compression;
using PromptKD.Models.Weights;
using PromptKD.Models.Weights.Pickle;
using PromptKD.Models.Weights.Zip;

namespace PromptKD.Tests.Models.Weights.Zip;

public sealed class TorchZipWriterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly DisposeScope _scope = NewDisposeScope();

    private string Target => Path.Combine(_folder, "model.pt");

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(ScalarType.Bool)]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Int8)]
    [InlineData(ScalarType.Int16)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Every_element_type_reads_the_same(ScalarType type)
    {
        Tensor values = arange(6).view(2, 3).to(type);

        TorchZipWriter.WriteStateDict(Target, [new("values", values)]);

        AssertSame(values, Read()["values"]);
    }

    [Fact]
    public void Every_shape_reads_the_same()
    {
        var tensors = new Dictionary<string, Tensor>
        {
            ["scalar"] = tensor(3.5f),
            ["empty"] = zeros(0, 4),
            ["transposed"] = arange(6, ScalarType.Float32).view(2, 3).t(),
            ["sliced"] = arange(10, ScalarType.Float32)[2..7],
            ["expanded"] = arange(2, ScalarType.Float32).view(2, 1).expand(2, 3),
            ["parameter"] = nn.Parameter(arange(3, ScalarType.Float32)),
        };

        TorchZipWriter.WriteStateDict(Target, tensors);

        Dictionary<string, Tensor> read = Read();
        Assert.Equal(tensors.Keys, read.Keys);
        Assert.All(tensors, named => AssertSame(named.Value, read[named.Key]));
    }

    [Fact]
    public void A_whole_checkpoint_keeps_its_structure()
    {
        Tensor weight = randn(2, 2);
        var checkpoint = new PickleDictionary
        {
            ["state_dict"] = new PickleDictionary { IsOrdered = true, ["weight"] = weight },
            ["epoch"] = 20L,
            ["val_result"] = 81.5,
            ["optimizer"] = new PickleDictionary
            {
                ["state"] = new PickleDictionary { [0L] = new PickleDictionary { ["momentum_buffer"] = weight } },
                ["param_groups"] = new List<object?> { new PickleDictionary { ["lr"] = 0.005 } },
            },
        };

        TorchZipWriter.Write(Target, checkpoint);

        using CheckpointFile file = CheckpointFile.Open(Target);
        AssertSame(weight, file.Tensors["weight"].Read());
        Assert.Equal(20, file.Epoch);
        Assert.Equal(81.5, file.ValidationResult);
        StoredTensor momentum = file.Values.Find<PickleDictionary>("optimizer")!.Find<PickleDictionary>("state")!
            .Find<PickleDictionary>(0L)!.Find<StoredTensor>("momentum_buffer")!;
        AssertSame(weight, file.Read(momentum));
        Assert.Equal("0", momentum.Storage.Key); // The same tensor twice is stored once.
    }

    [Fact]
    public void Values_begin_at_multiples_of_64_bytes()
    {
        TorchZipWriter.WriteStateDict(
            Target, Enumerable.Range(1, 100).Select(size => KeyValuePair.Create(new string('n', size), ones(size))));

        byte[] file = File.ReadAllBytes(Target);
        using ZipArchive zip = ZipFile.OpenRead(Target);
        int position = 0;
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            // A local header: 30 bytes, the name, an extra field; lengths at 26 and 28 (APPNOTE.TXT 4.3.7).
            ReadOnlySpan<byte> header = file.AsSpan(position);
            Assert.Equal(0x04034b50u, BinaryPrimitives.ReadUInt32LittleEndian(header));
            position += 30 + BinaryPrimitives.ReadUInt16LittleEndian(header[26..])
                + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
            Assert.Equal(0, position % 64);
            Assert.Equal(entry.Length, entry.CompressedLength);
            position += (int)entry.Length;
        }
    }

    [Fact]
    public void Checksums_are_those_of_the_content()
    {
        TorchZipWriter.WriteStateDict(Target, [new("ones", ones(100))]);

        using ZipArchive zip = ZipFile.OpenRead(Target);

        Assert.Equal(["model/data.pkl", "model/data/0", "model/version", "model/byteorder"],
            zip.Entries.Select(entry => entry.FullName));
        using Stream content = zip.GetEntry("model/version")!.Open();
        Assert.Equal("3\n", new StreamReader(content).ReadToEnd());
        Assert.Equal(0x55679ED1u, zip.GetEntry("model/version")!.Crc32); // zlib.crc32(b"3\n")
    }

    [Fact]
    public void Equal_tensors_give_equal_bytes()
    {
        TorchZipWriter.WriteStateDict(Target, [new("ones", ones(100))]);
        byte[] first = File.ReadAllBytes(Target);

        TorchZipWriter.WriteStateDict(Target, [new("ones", ones(100))]);

        Assert.Equal(first, File.ReadAllBytes(Target));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_named()
    {
        File.WriteAllText(Target, "");
        string below = Path.Combine(Target, "model.pt");

        var error = Assert.Throws<PromptKDException>(() => TorchZipWriter.WriteStateDict(below, [new("a", ones(1))]));

        Assert.Contains(below, error.Message, StringComparison.Ordinal);
    }

    private Dictionary<string, Tensor> Read()
    {
        using CheckpointFile file = CheckpointFile.Open(Target);
        return file.Tensors.ToDictionary(entry => entry.Key, entry => entry.Value.Read());
    }

    private static void AssertSame(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.dtype, actual.dtype);
        Assert.Equal(expected.shape, actual.shape);
        Assert.True(actual.eq(expected).all().item<bool>());
    }
}
