using PromptKD.Text.Cleaning;

namespace PromptKD.Tests.Text.Cleaning;

public sealed class HtmlEntitiesTests
{
    // Expected values: Python 3.11, html.unescape.
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a & b && c &", "a & b && c &")]
    [InlineData("&amp;&lt;&eacute;&copy;", "&<é©")]
    [InlineData("&amp &ampx &notit; &notin;", "& &x ¬it; ∉")]
    [InlineData("&NotEqualTilde;&fjlig;", "≂̸fj")]
    [InlineData("&unknown; &x; &;", "&unknown; &x; &;")]
    [InlineData("&#233;&#xe9;&#XE9 &#233", "ééé é")]
    [InlineData("&#; &#x; &#xg;", "&#; &#x; &#xg;")]
    [InlineData("&#128;&#x81;&#150;", "€\u0081–")]
    [InlineData("&#0;&#xD800;&#x110000;&#99999999999999999999;", "\ufffd\ufffd\ufffd\ufffd")]
    [InlineData("[&#1;&#11;&#31;&#127;&#xFDD0;&#xFFFF;&#x1FFFE;]", "[]")]
    [InlineData("&#9;&#10;&#12;&#13;", "\t\n\f\r")]
    [InlineData("&#x1F600;", "😀")]
    [InlineData("&amp;amp;", "&amp;")]
    public void Resolves_references_as_Python_does(string text, string expected) =>
        Assert.Equal(expected, HtmlEntities.Unescape(text));

    [Theory]
    [InlineData("&amp; &amp &eacute;", "& &amp é")]
    [InlineData("&notit; &#233; &#233", "&notit; é &#233")]
    [InlineData("&EACUTE;&SZLIG; &AMP;", "ÉSS &")]
    [InlineData("&#12x; &#x12g;", "&#12x; &#x12g;")]
    public void Resolves_only_what_ends_in_a_semicolon(string text, string expected) =>
        Assert.Equal(expected, HtmlEntities.UnescapeTerminated(text));
}
