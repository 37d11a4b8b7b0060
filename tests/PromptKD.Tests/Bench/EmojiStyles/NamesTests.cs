using EmojiStyles;

namespace PromptKD.Tests.Bench.EmojiStyles;

/// <summary>What the join of styles rests on.</summary>
public sealed class NamesTests
{
    [Theory]
    [InlineData("2764-fe0f-200d-1f525", "2764-200D-1F525")]
    [InlineData("1F600", "1F600")]
    public void Code_points_have_one_spelling(string name, string expected) =>
        Assert.Equal(expected, CodePoints.Normalise(name));

    [Theory]
    [InlineData("Piñata", "piata")]
    [InlineData("woman’s hat", "woman's hat")]
    [InlineData("1st place medal ", "1st place medal")]
    public void Names_are_plain_ascii(string name, string expected) => Assert.Equal(expected, PlainText.Of(name));

    [Theory]
    [InlineData("woman's hat", "womans-hat")]
    [InlineData("family: man, boy", "family-man-boy")]
    [InlineData("one o'clock", "one-oclock")]
    public void Icon_sets_call_it_by_its_slug(string name, string expected) => Assert.Equal(expected, Slug.Of(name));

    [Theory]
    [InlineData("animal-bird", "bird animal")]
    [InlineData("face-neutral-skeptical", "skeptical neutral face")]
    [InlineData("clothing", "clothing")]
    public void A_class_is_named_from_its_subcategory(string group, string expected) =>
        Assert.Equal(expected, Concept.ClassNameOf(group));
}
