using PromptKD.Teachers;
using PromptKD.Text;

namespace PromptKD.Tests.Teachers;

public sealed class ClassTextsTests
{
    private static readonly ClipTokenizer s_tokenizer = ClipTokenizer.Load(TinyClip.Vocabulary);

    [Fact]
    public void Blames_the_template_where_it_is_too_long_by_itself()
    {
        // Every letter is at least part of a token: ten words are ten tokens or more, and two markers.
        var template = new PromptTemplate("a b c d e f g h i j {}");

        var error = Assert.Throws<PromptKDException>(
            () => ClassTexts.Tokenize(s_tokenizer, ["red star"], template.Fill, context: 11));

        Assert.StartsWith(
            "The template \"a b c d e f g h i j {}\" is too long", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("red star", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Blames_the_class_name_where_the_template_alone_fits()
    {
        var template = new PromptTemplate("a {}");

        var error = Assert.Throws<PromptKDException>(
            () => ClassTexts.Tokenize(s_tokenizer, ["a", "b c d e f g h i"], template.Fill, context: 10));

        Assert.StartsWith("The class name 'b c d e f g h i' is too long", error.Message, StringComparison.Ordinal);
    }
}
