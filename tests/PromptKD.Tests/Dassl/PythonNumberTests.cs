using PromptKD.Dassl;

namespace PromptKD.Tests.Dassl;

/// <summary>Expected texts are what Python 3.11 prints.</summary>
public sealed class PythonNumberTests
{
    [Theory]
    [InlineData(0.25, 1, "0.2")]
    [InlineData(0.35, 1, "0.3")]
    [InlineData(0.75, 1, "0.8")]
    [InlineData(0.05, 1, "0.1")]
    [InlineData(14.85, 1, "14.8")]
    [InlineData(99.95, 1, "100.0")]
    [InlineData(28.571428571428573, 1, "28.6")]
    [InlineData(0.03125, 4, "0.0312")]
    [InlineData(0, 3, "0.000")]
    [InlineData(-1.5, 1, "-1.5")]
    public void Prints_as_Python_does(double value, int decimals, string expected) =>
        Assert.Equal(expected, PythonNumber.Fixed(value, decimals));

    [Fact]
    public void Prints_numbers_of_any_size() => Assert.Equal("1234567.5", PythonNumber.Fixed(1234567.5, 1));
}
