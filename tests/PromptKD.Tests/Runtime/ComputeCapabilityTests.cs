using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed class ComputeCapabilityTests
{
    [Theory]
    [InlineData("8.6\n", 8, 6)]
    [InlineData("12.0\r\n", 12, 0)]
    public void Reads_what_the_driver_prints(string printed, int major, int minor) =>
        Assert.Equal(new Version(major, minor), ComputeCapability.Parse(printed));

    [Theory]
    [InlineData("")]
    [InlineData("8")]
    [InlineData("[N/A]")]
    [InlineData("8.6\n7.5\n")]
    [InlineData("No devices were found")]
    [InlineData("Field \"compute_cap\" is not a valid field to query.")]
    public void Knows_nothing_from_anything_else(string printed) => Assert.Null(ComputeCapability.Parse(printed));
}
