using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed class PrintableTests
{
    [Theory]
    [InlineData("red star", "red star")]
    [InlineData("größe 猫 été", "größe 猫 été")]
    [InlineData("👩\u200D🚀 می\u200Cخواهم", "👩\u200D🚀 می\u200Cخواهم")] // Joiners are part of the word.
    [InlineData("a\nb\r\nc\td", @"a\nb\r\nc\td")]
    [InlineData("\u001B[31mred\u0007\u007F\u009B", @"\u001B[31mred\u0007\u007F\u009B")]
    [InlineData("photo\u202Egpj.exe", @"photo\u202Egpj.exe")]
    [InlineData("a\u2028b\u2029c\u0085d\uFEFF", @"a\u2028b\u2029c\u0085d\uFEFF")]
    [InlineData("a\U000E0041b", @"a\U000E0041b")]
    [InlineData(null, "")]
    public void Stays_in_its_line_and_shows_what_is_hidden(string? text, string expected) =>
        Assert.Equal(expected, Printable.Line(text));

    [Fact]
    public void Half_a_letter_is_shown_as_such() => Assert.Equal(@"half \uD800 letter", Printable.Line("half \uD800 letter"));

    [Fact]
    public void Is_cut_where_it_would_fill_the_screen()
    {
        Assert.Equal(new string('a', 8000) + "…", Printable.Line(new string('a', 1_000_000)));
        Assert.Equal(8001, Printable.Line(new string('\n', 1_000_000)).Length);
    }

    [Fact]
    public void Columns_keep_the_tabs_between_them() => Assert.Equal("a\tb\\nc", Printable.Columns("a\tb\nc"));

    [Theory]
    [InlineData("oxford_pets", "oxford_pets")]
    [InlineData("_a_ *b* `c` | <img> [x](y)", @"\_a\_ \*b\* \`c\` \| \<img\> \[x\](y)")]
    [InlineData("a\n# b", @"a\\n\# b")]
    public void Nothing_is_a_mark_of_Markdown(string text, string expected) =>
        Assert.Equal(expected, Printable.Markdown(text));

    [Fact]
    public void Nothing_is_a_mark_of_HTML() =>
        Assert.Equal("&lt;script&gt;&amp;&quot;\\n", Printable.Html("<script>&\"\n"));

    [Theory]
    [InlineData("dtd", "dtd")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1", @"\t=1")]
    [InlineData("\r=1", @"\r=1")]
    [InlineData("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"")]
    [InlineData("a, b", "\"a, b\"")]
    public void No_cell_is_a_formula(string text, string expected) => Assert.Equal(expected, Printable.Csv(text));

    [Fact]
    public void JSON_says_the_same_in_letters_that_are_seen()
    {
        string json = System.Text.Json.JsonSerializer.Serialize("a\u202Eb\u007F👩", RecordJson.Lines());

        Assert.DoesNotContain('\u202E', Printable.Json(json));
        Assert.Equal("a\u202Eb\u007F👩", System.Text.Json.JsonSerializer.Deserialize<string>(Printable.Json(json)));
    }

    [Fact]
    public void An_error_is_one_line_whatever_it_names() => Assert.Equal(
        @"no class 'x\n* accuracy: 100.0%'\u001B[2J",
        new PromptKDException("no class 'x\n* accuracy: 100.0%'\u001B[2J").Message);
}
