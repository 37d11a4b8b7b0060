using System.Text.Json;
using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed class JsonFaultTests
{
    [Theory]
    [InlineData("""{"name": "a", "number": "x"}""", "$.number is no value that belongs there, line 1")]
    [InlineData("{\n\"name\": null, \"number\": 1}", "$.name is null where a value belongs, line 2")]
    [InlineData("""{"name": "a", "name": "b", "number": 1}""", "name stands there twice, line 1")]
    [InlineData("""{"number": 1}""", "it lacks name")]
    [InlineData("""{"other": {"parts": []}}""", "it lacks name, number")]
    [InlineData("""{"name": "a", "number": 1, "parts": [{}]}""", "$.parts[0] lacks side")]
    [InlineData("7", "it is no object of names and values")]
    [InlineData(
        """{"name": "a" "number": 1}""", "'\"' is invalid after a value. Expected either ',', '}', or ']', line 1")]
    [InlineData(
        """{"name": "a", "number": 1, "parts": [{"side": 1e999}]}""",
        "not a number of this range, at $.parts[0].side, line 1")]
    public void What_is_wrong_is_said_without_types(string json, string expected)
    {
        var error = Assert.ThrowsAny<Exception>(() => JsonSerializer.Deserialize(json, TestJson.Lines.Sheet));

        Assert.Equal(expected, JsonFault.Describe(error));
    }
}
