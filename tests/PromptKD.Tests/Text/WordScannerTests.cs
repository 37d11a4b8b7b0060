using PromptKD.Text;

namespace PromptKD.Tests.Text;

public sealed class WordScannerTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a photo of a cat.", "a|photo|of|a|cat|.")]
    [InlineData("don't you're we've i'm she'll he'd it's", "don|'t|you|'re|we|'ve|i|'m|she|'ll|he|'d|it|'s")]
    [InlineData("it'ſ", "it|'ſ")]
    [InlineData("''s x's's", "''|s|x|'s|'s")]
    [InlineData("rock 'n' roll", "rock|'|n|'|roll")]
    [InlineData("2012 ½ⅳ", "2|0|1|2|½|ⅳ")]
    [InlineData("x86_64 c++", "x|8|6|_|6|4|c|++")]
    [InlineData("!!<|endoftext|>", "!!<¦|endoftext|¦>")]
    [InlineData("<|endoftext|>!", "<¦endoftext¦>|!")]
    [InlineData("<|endoftext", "<¦|endoftext")]
    [InlineData("日本語 नमस्ते 😀👩", "日本語|नमस|्|त|े|😀👩")]
    public void Cuts_text_into_pieces(string text, string expected)
    {
        var pieces = new List<string>();
        ReadOnlySpan<char> rest = text;
        while (WordScanner.Next(ref rest, out ReadOnlySpan<char> word))
        {
            pieces.Add(word.ToString().Replace('|', '¦'));
        }

        Assert.Equal(expected, string.Join('|', pieces));
    }
}
