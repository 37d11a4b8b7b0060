using PromptKD.Text.Cleaning;

namespace PromptKD.Tests.Text.Cleaning;

public sealed class PythonTextTests
{
    // Expected values: Python 3.11, str.lower.
    [Theory]
    [InlineData("ÜBER STRAẞE", "über straße")]
    [InlineData("İSTANBUL", "i̇stanbul")]
    [InlineData("ΟΔΥΣΣΕΥΣ ΣΑΣ", "οδυσσευς σας")]
    [InlineData("Σ", "σ")]
    [InlineData("ΑΣ'Α ΑΣ' 1Σ", "ασ'α ας' 1σ")]
    [InlineData("Α\u0301Σ\u0301", "α\u0301ς\u0301")]
    [InlineData("ⅣΣ ªΣ", "ⅳς ªς")]
    [InlineData("Ⓐ Ⅳ Ǆ \U00010400", "ⓐ ⅳ ǆ \U00010428")]
    public void Lowers_as_Python_does(string text, string expected) =>
        Assert.Equal(expected, PythonText.ToLower(text));

    [Theory]
    [InlineData("", "")]
    [InlineData(" \t\n", "")]
    [InlineData(" a \u00a0\u2003\u3000\u0085\u2028b\u001c\u001fc ", "a b c")]
    [InlineData("zero\u200bwidth", "zero\u200bwidth")]
    public void Counts_as_blank_what_Python_does(string text, string expected) =>
        Assert.Equal(expected, PythonText.CollapseSpace(text));
}
