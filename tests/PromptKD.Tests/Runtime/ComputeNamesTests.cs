using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed class ComputeNamesTests
{
    [Theory]
    [InlineData(ComputeDevice.Auto, 3, "auto")]
    [InlineData(ComputeDevice.Cpu, 3, "cpu")]
    [InlineData(ComputeDevice.Cuda, 0, "cuda:0")]
    [InlineData(ComputeDevice.Cuda, 3, "cuda:3")]
    public void A_device_has_the_name_that_command_lines_give_it(ComputeDevice device, int index, string name) =>
        Assert.Equal(name, ComputeNames.Of(device, index));

    [Theory]
    [InlineData(ComputePrecision.Auto, "auto")]
    [InlineData(ComputePrecision.Fp32, "fp32")]
    [InlineData(ComputePrecision.Bf16, "bf16")]
    [InlineData(ComputePrecision.Fp16, "fp16")]
    public void A_precision_has_the_name_that_command_lines_give_it(ComputePrecision precision, string name) =>
        Assert.Equal(name, ComputeNames.Of(precision));

    [Fact]
    public void What_is_none_is_a_mistake_of_the_caller()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ComputeNames.Of((ComputeDevice)9, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ComputeNames.Of(ComputeDevice.Cuda, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ComputeNames.Of((ComputePrecision)9));
    }
}
