using PromptKD.Cli.Commands;

namespace PromptKD.Tests.Cli;

public sealed class PythonTextsTests
{
    // What Python 3 prints of a list of the one text.
    [Theory]
    [InlineData("plain", "['plain']")]
    [InlineData("['normalize']", "[\"['normalize']\"]")]
    [InlineData("it's \"q\"", "['it\\'s \"q\"']")]
    [InlineData("C:\\data", "['C:\\\\data']")]
    [InlineData("tab\tx\u001b", "['tab\\tx\\x1b']")]
    [InlineData("\u0085é", "['\\x85é']")]
    public void Are_quoted_as_Python_does(string text, string printed) =>
        Assert.Equal(printed, PythonTexts.List([text]));

    [Fact]
    public void Stand_behind_each_other() => Assert.Equal("['a', \"b'\"]", PythonTexts.List(["a", "b'"]));
}
