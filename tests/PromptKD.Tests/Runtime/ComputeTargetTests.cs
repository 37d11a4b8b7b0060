using System.Text;
using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

public sealed class ComputeTargetTests
{
    private const int AmxBFloat16 = 1 << 22;
    private const int Avx512BFloat16 = 1 << 5;

    [Theory]
    [InlineData("Auth", 0, Avx512BFloat16, true)]
    [InlineData("Genu", 0, Avx512BFloat16, false)] // measured: half the speed of float32
    [InlineData("Genu", AmxBFloat16, Avx512BFloat16, true)]
    [InlineData("Auth", 0, 0, false)]
    [InlineData("Genu", ~AmxBFloat16, ~Avx512BFloat16, false)]
    public void BFloat16_is_chosen_where_the_processor_multiplies_it_faster(
        string vendor, int features, int moreFeatures, bool expected)
    {
        int firstLetters = BitConverter.ToInt32(Encoding.ASCII.GetBytes(vendor));

        Assert.Equal(expected, ComputeTarget.IsFastBFloat16(firstLetters, features, moreFeatures));
    }
}
