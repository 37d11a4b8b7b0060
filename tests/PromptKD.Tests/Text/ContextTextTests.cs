using PromptKD.Text;

namespace PromptKD.Tests.Text;

public sealed class ContextTextTests
{
    [Theory]
    [InlineData("a photo of a", 16, 4, "a photo of a dog.")]
    [InlineData("a_photo of a", 2, 4, "a photo of a dog.")]
    [InlineData("itap of a", 16, 3, "itap of a dog.")]
    [InlineData("", 3, 3, "X X X dog.")]
    public void CoOp_learns_as_many_tokens_as_there_are_words(string words, int length, int learned, string sentence)
    {
        var context = ContextText.CountedInWords(words, length);

        Assert.Equal(learned, context.Length);
        Assert.Equal(words.Length > 0, context.StartsFromWords);
        Assert.Equal(sentence, context.Fill("dog"));
    }

    [Theory]
    [InlineData("a photo of a", 4, true, "a photo of a big dog.")]
    [InlineData("a_photo of a", 2, true, "a photo of a big dog.")]
    [InlineData("a photo of a", 5, false, "X X X X X big dog.")]
    [InlineData("", 2, false, "X X big dog.")]
    public void Others_count_tokens_and_start_up_to_four_from_words(
        string words, int length, bool fromWords, string sentence)
    {
        var context = ContextText.CountedInTokens(words, length);

        Assert.Equal(length, context.Length);
        Assert.Equal(fromWords, context.StartsFromWords);
        Assert.Equal(sentence, context.Fill("big_dog"));
    }
}
