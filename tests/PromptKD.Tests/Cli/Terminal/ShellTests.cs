using System.Diagnostics;
using PromptKD.Cli.Terminal;

namespace PromptKD.Tests.Cli.Terminal;

public sealed class ShellTests
{
    [Theory]
    [InlineData("runs/photos/student")]
    [InlineData("my photos/it's \"here\"/$HOME/*")]
    [InlineData("")]
    [InlineData("ünï code\\n;rm -rf x&")]
    public void A_shell_reads_the_word_that_was_quoted(string word)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no sh on Windows.");
        var start = new ProcessStartInfo("sh", ["-c", $"printf '%s|' {Shell.Quote(word)}"])
        {
            RedirectStandardOutput = true,
        };

        using Process shell = Process.Start(start)!;

        Assert.Equal($"{word}|", shell.StandardOutput.ReadToEnd());
    }

    [Fact]
    public void A_plain_path_stays_as_it_is() => Assert.Equal("runs/a-b_c.1", Shell.Quote("runs/a-b_c.1"));
}
