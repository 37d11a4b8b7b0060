using System.Text.Json;
using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed class RecordNullsTests
{
    [Theory]
    [InlineData("""{"mayLack": [null, "a"], "notes": []}""", false)]
    [InlineData("""{"mayLack": [], "notes": [{"name": "a", "number": 1, "names": ["b"]}]}""", false)]
    [InlineData("""{"mayLack": [], "notes": [null]}""", true)]
    [InlineData("""{"mayLack": []}""", true)]
    [InlineData("""{"notes": []}""", true)]
    [InlineData("""{"mayLack": [], "notes": [{"name": "a", "number": 1, "names": [null]}]}""", true)]
    [InlineData("""{"mayLack": [], "notes": [{"number": 1, "names": []}]}""", true)]
    public void A_null_is_found_wherever_it_lies(string json, bool isThere)
    {
        Gap read = JsonSerializer.Deserialize(json, TestJson.Lines.Gap)!;

        Assert.Equal(isThere, RecordNulls.AreIn(read, TestJson.Lines.Options));
    }
}
