using PromptKD.Text.Names;

namespace PromptKD.Tests.Text.Names;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("kitten", "sitting", "mitten")] // 3 edits and 1
    [InlineData("Kitten", "kitte", "sitten")] // 1 each: the first of equals, in any case
    [InlineData("", "ab", "a")]
    public void Takes_the_name_that_fewest_edits_make(string name, string first, string second)
    {
        string expected = name == "Kitten" ? first : second;

        Assert.Equal(expected, NearestName.To(name, [first, second]));
    }
}
