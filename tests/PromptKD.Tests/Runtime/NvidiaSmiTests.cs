using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed class NvidiaSmiTests
{
    [Theory]
    [InlineData(1, null, "1")]
    [InlineData(1, "", "1")]
    [InlineData(1, "2, 5", "5")]
    [InlineData(0, "GPU-8932f937", "GPU-8932f937")]
    [InlineData(2, "2,5", "2")] // libtorch shows no such device
    public void Counts_the_visible_GPUs(int index, string? visible, string expected) =>
        Assert.Equal(expected, NvidiaSmi.IdOf(index, visible));
}
