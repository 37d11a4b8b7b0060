using PromptKD.Models.Weights;

namespace PromptKD.Tests.Models.Weights;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Writes_the_bytes_that_the_format_prescribes()
    {
        using DisposeScope scope = NewDisposeScope();
        string path = Path.Combine(_folder, "a.safetensors");

        SafetensorsFile.Write(path, [new("x", tensor(new float[] { 1, 2 }))]);

        // Worked by hand: the header is 56 bytes, a multiple of 8; 1.0f and 2.0f are 0x3F800000 and 0x40000000.
        byte[] bytes = File.ReadAllBytes(path);
        const string Header = """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""";
        Assert.Equal(56, BitConverter.ToInt64(bytes));
        Assert.Equal(Header.PadRight(56), System.Text.Encoding.UTF8.GetString(bytes, 8, 56));
        Assert.Equal([0, 0, 0x80, 0x3f, 0, 0, 0, 0x40], bytes[64..]);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(40)]
    [InlineData(66)]
    public void Refuses_a_file_cut_short(int length)
    {
        using DisposeScope scope = NewDisposeScope();
        string path = Path.Combine(_folder, "a.safetensors");
        SafetensorsFile.Write(path, [new("x", tensor(new float[] { 1, 2 }))]);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..length]);

        var error = Assert.Throws<PromptKDException>(() => SafetensorsFile.Read(path));

        Assert.Contains("a.safetensors", error.Message, StringComparison.Ordinal);
    }
}
