using PromptKD.Text.Cleaning;

namespace PromptKD.Tests.Text.Cleaning;

public sealed class CanonicalCompositionTests
{
    // Expected values: Unicode Standard Annex 15 and NormalizationTest.txt of the Unicode Character Database.
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("e\u0301", "é")]
    [InlineData("D\u0307\u0323", "\u1E0C\u0307")]
    [InlineData("\u1E0A\u0323", "\u1E0C\u0307")]
    [InlineData("a\u0300\u0301\u0302b", "à\u0301\u0302b")]
    [InlineData("\u212B\u2126\u212A", "ÅΩK")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("\u1100\u1161\u11A8", "\uAC01")]
    [InlineData("\uAC00\u11A8", "\uAC01")]
    [InlineData("\u1100\uAC00\u11A8", "\u1100\uAC01")]
    [InlineData("\uD834\uDD5E", "\uD834\uDD57\uD834\uDD65")]
    [InlineData("\u0344", "\u0308\u0301")]
    public void Composes_as_the_standard_says(string text, string expected) =>
        Assert.Equal(expected, CanonicalComposition.Compose(text));
}
