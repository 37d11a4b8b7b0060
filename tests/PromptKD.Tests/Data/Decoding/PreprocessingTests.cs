using System.Text.Json;
using PromptKD.Data.Decoding;
using PromptKD.Tests.Runtime;

namespace PromptKD.Tests.Data.Decoding;

public sealed class PreprocessingTests
{
    [Fact]
    public void Is_written_with_the_resize_mode_in_words()
    {
        var squash = new Preprocessing { Size = 384, ResizeMode = ResizeMode.Squash };

        string json = JsonSerializer.Serialize(squash, TestJson.Lines.Preprocessing);

        Assert.Contains("\"resizeMode\":\"squash\"", json, StringComparison.Ordinal);
        Assert.Equal(squash, JsonSerializer.Deserialize(json, TestJson.Lines.Preprocessing));
    }

    [Fact]
    public void Reads_files_from_before_there_was_a_resize_mode_and_keeps_their_text()
    {
        const string Before =
            """{"size":8,"interpolation":"bilinear","mean":{"red":0,"green":0,"blue":0},"""
            + "\"std\":{\"red\":1,\"green\":1,\"blue\":1}}";

        Preprocessing read = JsonSerializer.Deserialize(Before, TestJson.Lines.Preprocessing)!;

        Assert.Equal(ResizeMode.Shortest, read.ResizeMode);
        Assert.Equal(Before, JsonSerializer.Serialize(read, TestJson.Lines.Preprocessing));
    }
}
