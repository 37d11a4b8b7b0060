using PromptKD.Text;

namespace PromptKD.Tests.Text;

public sealed class TextCleaningTests
{
    [Theory]
    [InlineData("  A  Photo\tof\r\na Cat. ", "a photo of a cat.")]
    [InlineData("“curly” ‘quotes’ l’avion", "\"curly\" 'quotes' l'avion")]
    [InlineData("cafe\u0301", "café")]
    [InlineData("ＦＵＬＬ\u3000ＷＩＤＴＨ，１２", "full width,12")]
    [InlineData("ﾊﾞｲｸ", "バイク")]
    [InlineData("ﬁne ﬂower ŉ ǅ", "fine flower 'n dž")]
    [InlineData("\u001b[31mred\u001b[0m", "red")]
    [InlineData("\ufeffbell\u0007 null\0byte a\u001cb", "bell nullbyte ab")]
    [InlineData("\u0085 wait \u0093x\u0094", "… wait \"x\"")]
    [InlineData("fish &amp;amp;amp;amp; chips", "fish & chips")]
    [InlineData("&lt;b&gt; &NTILDE;", "<b> ñ")]
    [InlineData("<b>&amp;amp;amp; &rsquo;", "<b>&amp; ’")]
    [InlineData("<b>\n&amp;amp;amp;", "<b> &amp;")]
    public void Repairs_and_normalizes(string text, string expected) =>
        Assert.Equal(expected, TextCleaning.Clean(text));

    [Fact]
    public void Replaces_half_of_a_surrogate_pair() =>
        Assert.Equal("half \ufffd pair 😀", TextCleaning.Clean("half \ud83d pair 😀"));

    [Fact]
    public void Repairs_nothing_when_told_so() =>
        Assert.Equal("“curly” a b &", TextCleaning.CleanRepaired("“Curly” a\u001cb &amp;amp;"));

    [Theory]
    [InlineData("cafÃ©", true)]
    [InlineData("schÃ¶n", true)]
    [InlineData("â€œquotedâ€\u009d", true)]
    [InlineData("Å“uvre", true)]
    [InlineData("ÐŸÑ€Ð¸", true)]
    [InlineData("ä½\u00a0å¥½", true)]
    [InlineData("ðŸ˜€", true)]
    [InlineData("café “quoted” – naïve", false)]
    [InlineData("CAFÉ’S", false)]
    [InlineData("voilà… “IRMÃ MARIA”", false)]
    [InlineData("Привет, 日本語", false)]
    [InlineData("", false)]
    public void Tells_text_that_was_read_in_the_wrong_code(string text, bool expected) =>
        Assert.Equal(expected, TextCleaning.LooksLikeMojibake(text));
}
