using System.Text.Json;

namespace PromptKD.Tests.Runtime;

public sealed class RecordJsonTests
{
    [Theory]
    [InlineData("""{"wide": 1e999, "narrow": 1}""")]
    [InlineData("""{"wide": -1e999, "narrow": 1}""")]
    [InlineData("""{"wide": 1, "narrow": 1e39}""")]
    [InlineData("""{"wide": 1, "narrow": 1, "maybe": 1e999}""")]
    [InlineData("""{"wide": "1", "narrow": 1}""")]
    [InlineData("""{"wide": null, "narrow": 1}""")]
    public void Reads_no_number_that_is_none(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, TestJson.Lines.Numbers));

    [Fact]
    public void Writes_the_shortest_number_that_comes_back()
    {
        string json = JsonSerializer.Serialize(new Numbers(0.1, 1f / 3, null), TestJson.Lines.Numbers);

        Assert.Equal("""{"wide":0.1,"narrow":0.33333334}""", json);
        Assert.Equal(new Numbers(0.1, 1f / 3, null), JsonSerializer.Deserialize(json, TestJson.Lines.Numbers));
    }
}
