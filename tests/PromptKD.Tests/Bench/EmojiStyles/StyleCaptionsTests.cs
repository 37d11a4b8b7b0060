using EmojiStyles;
using PromptKD.Demo.Drawing;

namespace PromptKD.Tests.Bench.EmojiStyles;

public sealed class StyleCaptionsTests
{
    private static readonly Concept[] s_concepts =
    [
        new("1f34e", "red apple", ["fruit"], "food-fruit"),
        new("1f34f", "green apple", ["fruit"], "food-fruit"),
        new("1f350", "pear", ["fruit"], "food-fruit"),
        new("1f345", "tomato", ["fruit", "salad"], "food-vegetable"),
    ];

    [Theory]
    [InlineData("1f34e", true, false, false)]
    [InlineData("food-fruit", true, true, false)]
    [InlineData("fruit", true, true, true)]
    [InlineData("salad", false, false, true)]
    public void A_caption_is_true_of_what_has_its_name_class_or_tag(string about, bool apple, bool pear, bool tomato)
    {
        var caption = new Caption("a sentence", about);

        Assert.Equal(
            [apple, pear, tomato],
            new[] { s_concepts[0], s_concepts[2], s_concepts[3] }.Select(one => StyleCaptions.IsTrue(caption, one)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_share_of_captions_names_the_class(int share)
    {
        var captions = new StyleCaptions(s_concepts, share);
        Caption[] drawn = [.. Enumerable.Range(0, 200).Select(i => captions.Draw(s_concepts[0], SplitMix64.For(1, i)))];

        Assert.All(drawn, caption =>
        {
            Assert.Equal(share == 1, caption.About == "food-fruit");
            Assert.Equal(share == 1, caption.Text.Contains("fruit food", StringComparison.Ordinal));
            Assert.True(StyleCaptions.IsTrue(caption, s_concepts[0]));
        });
    }

    [Fact]
    public void A_tag_is_said_where_four_concepts_share_it()
    {
        var captions = new StyleCaptions(s_concepts, classShare: 0);
        HashSet<string> said =
            [.. Enumerable.Range(0, 200).Select(i => captions.Draw(s_concepts[3], SplitMix64.For(1, i)).About)];

        Assert.Contains("fruit", said);
        Assert.DoesNotContain("salad", said);
    }
}
