using PromptKD.Text;

namespace PromptKD.Tests.Text;

public sealed class PromptTemplateTests
{
    [Fact]
    public void Puts_the_class_name_into_the_gap_with_blanks_for_underscores() =>
        Assert.Equal(
            "a photo of a american pit bull, a type of pet.",
            new PromptTemplate("a photo of a {}, a type of pet.").Fill("american_pit_bull"));

    [Fact]
    public void Leaves_its_own_underscores_and_the_braces_of_a_name_alone() =>
        Assert.Equal("a_b {} c", new PromptTemplate("a_b {}").Fill("{}_c"));

    [Theory]
    [InlineData("a photo.", 0)]
    [InlineData("a {} of a {}.", 2)]
    public void Must_have_one_gap(string pattern, int gaps)
    {
        var error = Assert.Throws<PromptKDException>(() => new PromptTemplate(pattern));

        Assert.Equal(
            $"The template \"{pattern}\" has {{}} {gaps} times; it must have it once, where the class name goes.",
            error.Message);
    }

    [Fact]
    public void Equals_another_of_the_same_sentence() =>
        Assert.Equal(new PromptTemplate("{} texture."), new PromptTemplate("{} texture."));
}
