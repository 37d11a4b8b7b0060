using EmojiStyles;

namespace PromptKD.Tests.Bench.EmojiStyles;

public sealed class StemTests
{
    [Theory]
    [InlineData("man running", "person running")]
    [InlineData("woman with bunny ears", "men with bunny ears")]
    [InlineData("kiss: man, man", "kiss")]
    [InlineData("woman and man holding hands", "people holding hands")]
    [InlineData("mermaid", "merman")]
    [InlineData("prince", "princess")]
    [InlineData("old man", "older person")]
    [InlineData("blue heart", "light blue heart")]
    [InlineData("waxing crescent moon", "full moon")]
    [InlineData("left-facing fist", "right-facing fist")]
    [InlineData("mrs. claus", "mx claus")]
    public void Variants_of_one_drawing_share_a_stem(string one, string other) =>
        Assert.Equal(Stem.Of(one, "group"), Stem.Of(other, "group"));

    [Theory]
    [InlineData("one o'clock", "four-thirty")]
    [InlineData("twelve-thirty", "twelve o'clock")]
    public void All_clock_faces_are_one_drawing(string one, string other) =>
        Assert.Equal(Stem.Of(one, "time"), Stem.Of(other, "time"));

    [Theory]
    [InlineData("man running", "man swimming")]
    [InlineData("moon cake", "full moon")]
    [InlineData("alarm clock", "one o'clock")]
    [InlineData("cat face", "dog face")]
    public void Different_drawings_do_not(string one, string other) =>
        Assert.NotEqual(Stem.Of(one, "time"), Stem.Of(other, "time"));

    [Theory]
    [InlineData("orange", "group/orange")] // the fruit, not the colour
    [InlineData("woman", "group/person")]
    [InlineData("boy", "group/person")]
    public void A_name_that_is_a_variant_word_alone_has_a_stem(string name, string expected) =>
        Assert.Equal(expected, Stem.Of(name, "group"));
}
