using PromptKD.Models.Weights;
using PromptKD.Models.Weights.Pickle;
using PromptKD.Models.Weights.Zip;

namespace PromptKD.Tests.Models.Weights;

/// <summary>Whatever is another in a file that we wrote is found: names, shapes, types, texts and values.</summary>
public sealed class SealedTensorsTests : IDisposable
{
    private static readonly string s_mark = new('7', 64);

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string File => Path.Combine(_folder, "file");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Any_reader_of_safetensors_reads_them()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor values = tensor(new float[] { 1, 2, 3 });

        string digest = SealedTensors.Write(File, [new("x", values)], [new("note", "text")]);

        TensorAssert.SameBytes(values, SafetensorsFile.Read(File)["x"]);
        Assert.Equal("text", SafetensorsFile.ReadMetadata(File)["note"]);
        Assert.Equal(digest, SafetensorsFile.ReadMetadata(File)[SealedTensors.Key]);
        Assert.Null(SealedTensors.FindFault(File));
        using var file = CheckpointFile.Open(File);
        Assert.Equal([3], file.Tensors["x"].Shape);
    }

    [Fact]
    public void Any_bit_of_safetensors_that_is_another_is_found()
    {
        using DisposeScope scope = NewDisposeScope();
        SealedTensors.Write(File, [new("x", tensor(new float[] { 1, 2, 3 }))], [new("note", "text")]);

        ForEachDamage(() => Assert.StartsWith("damaged: ", SealedTensors.FindFault(File), StringComparison.Ordinal));
    }

    [Fact]
    public void An_archive_of_torch_that_is_sealed_says_whose_it_is()
    {
        WriteArchive();

        using var file = CheckpointFile.Open(File);

        Assert.Equal(s_mark, file.RunMark);
        Assert.Equal(5, file.Epoch);
    }

    [Fact]
    public void Any_bit_of_an_archive_that_is_another_is_found()
    {
        WriteArchive();

        ForEachDamage(() =>
        {
            var error = Assert.Throws<PromptKDException>(() => CheckpointFile.Open(File));
            Assert.DoesNotContain('\n', error.Message);
        });
    }

    [Fact]
    public void PyTorch_reads_a_sealed_archive()
    {
        WriteArchive();

        const string Program =
            "import sys, torch; read = torch.load(sys.argv[1]); print(read['epoch'], read['x'].tolist())";
        Assert.Equal("5 [1.0, 2.0, 3.0]", PythonTorch.Run(Program, File).Trim());
    }

    private void WriteArchive()
    {
        using DisposeScope scope = NewDisposeScope();
        TorchZipWriter.Write(
            File, new PickleDictionary { ["epoch"] = 5, ["x"] = tensor(new float[] { 1, 2, 3 }) }, mark: s_mark);
    }

    // Every bit, and every length.
    private void ForEachDamage(Action check)
    {
        byte[] whole = System.IO.File.ReadAllBytes(File);
        for (int bit = 0; bit < whole.Length * 8; bit++)
        {
            byte[] damaged = [.. whole];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            System.IO.File.WriteAllBytes(File, damaged);
            check();
        }

        for (int length = 0; length < whole.Length; length++)
        {
            System.IO.File.WriteAllBytes(File, whole[..length]);
            check();
        }
    }
}
