using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Models.Weights;
using PromptKD.Teachers;

namespace PromptKD.Tests.Teachers;

public sealed class ClassVectorFileTests : IDisposable
{
    private static readonly string[] s_names = ["cat", "dog"];

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string NumpyFile => Path.Combine(_folder, "vectors.npy");

    private string TensorsFile => Path.Combine(_folder, "vectors.safetensors");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // As numpy.save writes it: magic, version, length, header, numbers.
    [Theory]
    [InlineData("<f4", 1, false)]
    [InlineData("<f8", 1, false)]
    [InlineData("<f4", 2, false)]
    [InlineData("<f4", 1, true)]
    public void Reads_what_NumPy_writes(string type, byte version, bool isByColumn)
    {
        // Rows [3, 4, 0] and [0, 0, 2] have the lengths 5 and 2.
        float[] values = isByColumn ? [3, 0, 4, 0, 0, 2] : [3, 4, 0, 0, 0, 2];
        WriteNumpy(type, version, isByColumn, "(2, 3)", values);

        using ClassVectors read = ClassVectorFile.Read(NumpyFile, s_names, CPU, ownScale: 30);

        Assert.Equal([0.6f, 0.8f, 0, 0, 0, 1], read.Vectors.data<float>().ToArray());
        Assert.Equal(30, read.LogitScale);
    }

    [Theory]
    [InlineData("<i4", "(2, 3)", "expected '<f4', '<f8' or '<f2'")]
    [InlineData(">f4", "(2, 3)", "expected '<f4', '<f8' or '<f2'")]
    [InlineData("<f4", "(2, 4)", "bytes of numbers, but its shape is")]
    [InlineData("<f4", "(6,)", "expected (classes, width)")]
    [InlineData("<f4", "(0, 6)", "expected (classes, width)")]
    [InlineData("<f4", "(999999999999, 999999999999)", "expected (classes, width)")]
    [InlineData("<f4", "()", "expected (classes, width)")]
    public void What_is_no_table_of_floats_is_refused(string type, string shape, string expected)
    {
        WriteNumpy(type, 1, isByColumn: false, shape, [3, 4, 0, 0, 0, 2]);

        Assert.Contains(expected, Refusal(NumpyFile, s_names), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_cut_of_a_file_is_refused_in_one_line()
    {
        WriteNumpy("<f4", 1, isByColumn: false, "(2, 3)", [3, 4, 0, 0, 0, 2]);
        byte[] whole = File.ReadAllBytes(NumpyFile);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(NumpyFile, whole[..length]);
            Assert.DoesNotContain('\n', Refusal(NumpyFile, s_names));
        }
    }

    [Fact]
    public void Reads_safetensors_with_names_and_scale_of_its_metadata()
    {
        using DisposeScope scope = NewDisposeScope();
        WriteTensors(
            tensor(new float[] { 3, 4, 0, 2 }).view(2, 2), ("names", "[\"cat\",\"dog\"]"), ("logit_scale", "42"));

        ExperimentConfig named = ClassVectorFile.WithNames(Config(TensorsFile));
        using ClassVectors read = ClassVectorFile.Read(TensorsFile, named.Distill.Classes, CPU, ownScale: 30);

        Assert.Equal(s_names, named.Distill.Classes);
        Assert.Equal([0.6f, 0.8f, 0, 1], read.Vectors.data<float>().ToArray());
        Assert.Equal(42, read.LogitScale);
    }

    [Fact]
    public void Names_beside_it_win_over_none_and_are_not_contradicted()
    {
        using DisposeScope scope = NewDisposeScope();
        WriteTensors(ones(2, 2));
        Assert.Contains(
            "nothing says what its vectors are of",
            Assert.Throws<PromptKDException>(() => ClassVectorFile.WithNames(Config(TensorsFile))).Message,
            StringComparison.Ordinal);

        File.WriteAllLines(Path.ChangeExtension(TensorsFile, ".txt"), s_names);

        Assert.Equal(s_names, ClassVectorFile.WithNames(Config(TensorsFile)).Distill.Classes);
        Assert.Contains(
            "its class 2 is 'dog', and the run's is 'fox'",
            Refusal(TensorsFile, ["cat", "fox"]),
            StringComparison.Ordinal);
        Assert.Contains("its names are 2", Refusal(TensorsFile, ["cat", "dog", "fox"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN, "'dog', row 2, holds values that are no numbers")]
    [InlineData(float.PositiveInfinity, "'dog', row 2, holds values that are no numbers")]
    [InlineData(0, "'dog', row 2, is nothing but zeros")]
    public void Vectors_that_point_nowhere_are_refused(float value, string expected)
    {
        using DisposeScope scope = NewDisposeScope();
        WriteTensors(tensor(new[] { 1, 0, value, 0 }).view(2, 2));

        Assert.Contains(expected, Refusal(TensorsFile, s_names), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_counts_types_and_endings_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        WriteTensors(ones(3, 2));
        Assert.Contains("3 vectors for 2 class names", Refusal(TensorsFile, s_names), StringComparison.Ordinal);
        WriteTensors(ones(2, 2, dtype: ScalarType.Int64));
        Assert.Contains("expected floats", Refusal(TensorsFile, s_names), StringComparison.Ordinal);
        WriteTensors(ones(2, 2), ("logit_scale", "-1"));
        Assert.Contains("what cosines are multiplied by", Refusal(TensorsFile, s_names), StringComparison.Ordinal);
        WriteTensors(ones(2, 2), ("names", "cat"));
        Assert.Contains("names cannot be read", Refusal(TensorsFile, s_names), StringComparison.Ordinal);
        Assert.Contains(
            "are read from .safetensors and .npy", Refusal("vectors.csv", s_names), StringComparison.Ordinal);
    }

    private static ExperimentConfig Config(string path) =>
        DistillPreset.Config.MergeOverrides(["DISTILL.CLASS_VECTORS", path]);

    private static string Refusal(string path, string[] names) =>
        Assert.Throws<PromptKDException>(() => ClassVectorFile.Read(path, names, CPU, ownScale: 1).Dispose()).Message;

    private void WriteTensors(Tensor table, params (string Key, string Value)[] metadata) => SafetensorsFile.Write(
        TensorsFile,
        [KeyValuePair.Create("vectors", table)],
        metadata.ToDictionary(one => one.Key, one => one.Value));

    private void WriteNumpy(string type, byte version, bool isByColumn, string shape, float[] values)
    {
        string header =
            $"{{'descr': '{type}', 'fortran_order': {(isByColumn ? "True" : "False")}, 'shape': {shape}, }}\n";
        byte[] length = new byte[version == 1 ? 2 : 4];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)header.Length);
        ReadOnlySpan<byte> numbers = type == "<f8"
            ? MemoryMarshal.AsBytes<double>(values.Select(value => (double)value).ToArray())
            : MemoryMarshal.AsBytes<float>(values);
        File.WriteAllBytes(
            NumpyFile, [0x93, .. "NUMPY"u8, version, 0, .. length, .. Encoding.ASCII.GetBytes(header), .. numbers]);
    }
}
