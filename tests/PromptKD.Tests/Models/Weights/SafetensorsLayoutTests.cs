using System.Text;
using PromptKD.Models.Weights;

namespace PromptKD.Tests.Models.Weights;

/// <summary>Files that say things that no writer says; the bytes are put together by hand.</summary>
public sealed class SafetensorsLayoutTests : IDisposable
{
    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "a.safetensors");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [Theory]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""")]
    [InlineData("""{"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""")]
    [InlineData("""{"a":{"dtype":"F64","shape":[],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[0,3],"data_offsets":[8,8]}}""")]
    public void Takes_tensors_in_any_order_and_without_elements(string header)
    {
        Write(header, valueBytes: 8);

        using DisposeScope scope = NewDisposeScope();
        Assert.Equal(["a", "b"], SafetensorsFile.Read(_path).Keys.Order());
    }

    [Theory]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[6],"data_offsets":[0,6]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""",
        "'a' and 'b' share 2 bytes")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""",
        "'a' and 'b' share 8 bytes")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""",
        "2 bytes between 'a' and 'b' belong to no tensor")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""",
        "4 bytes between 'the header' and 'a' belong to no tensor")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[6],"data_offsets":[0,6]}}""", "2 bytes behind the last tensor belong to none")]
    [InlineData("{}", "8 bytes behind the last tensor belong to none")]
    [InlineData("""{"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}}""", "Is it cut short?")]
    [InlineData("""{"a":{"dtype":"U8","shape":[-8],"data_offsets":[0,-8]}}""", "'a' is malformed")]
    [InlineData("""{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8,9]}}""", "'a'")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[8],"data_offsets":[0]}}""",
        "'a' is malformed (its data_offsets are not two numbers)")]
    [InlineData("""{"a":{"dtype":"U8","shape":[8.5],"data_offsets":[0,8]}}""", "'a' is malformed")]
    [InlineData("""{"a":{"dtype":"U8","shape":["8"],"data_offsets":[0,8]}}""", "'a' is malformed")]
    [InlineData("""{"a":{"dtype":"U8","shape":null,"data_offsets":[0,8]}}""", "'a' is malformed")]
    [InlineData("""{"a":{"dtype":8,"shape":[8],"data_offsets":[0,8]}}""", "'a' is malformed")]
    [InlineData("""{"a":{"dtype":null,"shape":[8],"data_offsets":[0,8]}}""", "'a' is malformed (no element type)")]
    [InlineData(
        """{"a":{"shape":[8],"data_offsets":[0,8]}}""", "'a' is malformed (it needs dtype, shape and data_offsets)")]
    [InlineData("""{"a":null}""", "'a' is malformed")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}""", "'a' is malformed")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,8],"data_offsets":[0,8]}}""",
        "'a' is malformed")]
    [InlineData("""{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,99999999999999999999]}}""", "'a' is malformed")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""",
        "the safetensors header cannot be read")]
    [InlineData(
        """{"\ud800":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""", "the safetensors header cannot be read")]
    public void Refuses_what_no_writer_writes(string header, string reason)
    {
        Write(header, valueBytes: 8);

        var error = Assert.Throws<PromptKDException>(() => SafetensorsFile.Read(_path));

        Assert.StartsWith(_path, error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reads_no_header_that_no_model_needs()
    {
        const int Length = 5 << 20;
        File.WriteAllBytes(
            _path, [.. BitConverter.GetBytes((long)Length), .. Encoding.UTF8.GetBytes("{}".PadRight(Length))]);

        var error = Assert.Throws<PromptKDException>(() => SafetensorsFile.Read(_path));

        Assert.Equal($"{_path}: its header has {Length} bytes, at most {4 << 20} are read.", error.Message);
    }

    private void Write(string header, int valueBytes)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        File.WriteAllBytes(_path, [.. BitConverter.GetBytes((long)text.Length), .. text, .. new byte[valueBytes]]);
    }
}
