using PromptKD.Cli.Terminal;

namespace PromptKD.Tests.Cli.Terminal;

public sealed class SurroundingsTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("1577836800")]
    public void A_day_that_is_fixed_is_a_number_of_seconds(string? seconds) =>
        Assert.Null(Surroundings.FindMistake(seconds, hasFolder: true));

    [Theory]
    [InlineData("abc")]
    [InlineData("-1")]
    [InlineData("1e9")]
    [InlineData(" 1")]
    [InlineData("100000000000000000000")]
    [InlineData("253402300800")] // the year 10000
    public void Another_is_refused(string seconds) => Assert.Equal(
        $"SOURCE_DATE_EPOCH is '{seconds}', expected seconds since 1970, a whole number. Correct it, or unset it.",
        Surroundings.FindMistake(seconds, hasFolder: true));

    [Fact]
    public void A_folder_that_is_gone_is_named_before_a_library_needs_it() =>
        Assert.StartsWith("The current folder was deleted", Surroundings.FindMistake("0", hasFolder: false));
}
