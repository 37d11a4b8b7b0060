using System.Text;
using System.Text.Json;
using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData("""{"a": [1, "é", "\u00e9"]}""")]
    [InlineData("\uFEFF{\"a\": [1, \"é\", \"é\"]}")]
    public void Parses_texts_with_and_without_a_mark_of_byte_order(string json)
    {
        using JsonDocument document = JsonText.Parse(Encoding.UTF8.GetBytes(json));

        Assert.Equal("é", document.RootElement.GetProperty("a")[2].GetString());
    }

    [Theory]
    [InlineData("""{"a": 1, "a": 2}""")]
    [InlineData("""{"b": {"a": 1, "\u0061": 2}}""")]
    [InlineData("""{"a": "\ud800"}""")]
    [InlineData("""{"\udc00": 1}""")]
    [InlineData("""{"a": 1} {"a": 1}""")]
    [InlineData("")]
    public void Refuses_doubled_names_and_halves_of_letters(string json) =>
        Assert.ThrowsAny<JsonException>(() => JsonText.Parse(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Refuses_letters_of_other_encodings() =>
        Assert.ThrowsAny<JsonException>(() => JsonText.Parse(Encoding.Latin1.GetBytes("""{"a": "café"}""")));

    [Fact]
    public void Refuses_nesting_and_sizes_of_no_real_file()
    {
        Assert.ThrowsAny<JsonException>(() => JsonText.Parse(Encoding.UTF8.GetBytes(new string('[', 100_000))));
        Assert.ThrowsAny<JsonException>(() => JsonText.Parse(Encoding.UTF8.GetBytes("{}".PadRight(9 << 20))));
    }
}
