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

    [Theory]
    [InlineData("auto", true, ScalarType.BFloat16)]
    [InlineData("auto", false, ScalarType.Float32)]
    [InlineData("fp32", true, ScalarType.Float32)]
    [InlineData("bf16", false, ScalarType.BFloat16)]
    [InlineData("amp", false, ScalarType.BFloat16)]
    public void A_processor_takes_bfloat16_where_it_is_fast_or_asked_for(
        string precision, bool hasFastBFloat16, ScalarType expected) =>
        Assert.Equal(expected, ComputeTarget.ChooseForProcessor(precision, hasFastBFloat16));

    // V100 is 7.0, T4 7.5, A100 8.0, H100 9.0.
    [Theory]
    [InlineData("auto", "8.0", ScalarType.BFloat16)]
    [InlineData("auto", "9.0", ScalarType.BFloat16)]
    [InlineData("auto", "12.0", ScalarType.BFloat16)]
    [InlineData("auto", "7.5", ScalarType.Float32)]
    [InlineData("auto", null, ScalarType.Float32)]
    [InlineData("fp32", "8.0", ScalarType.Float32)]
    [InlineData("fp16", "7.0", ScalarType.Float16)]
    [InlineData("fp16", null, ScalarType.Float16)]
    [InlineData("bf16", "8.6", ScalarType.BFloat16)]
    [InlineData("bf16", null, ScalarType.BFloat16)]
    [InlineData("amp", "8.0", ScalarType.BFloat16)]
    [InlineData("amp", "7.5", ScalarType.Float32)]
    [InlineData("amp", null, ScalarType.BFloat16)]
    public void A_GPU_takes_bfloat16_where_it_is_known_to_have_it_or_asked_for(
        string precision, string? capability, ScalarType expected)
    {
        Version? version = capability is null ? null : new Version(capability);

        Assert.Equal(expected, ComputeTarget.ChooseForGpu(precision, version));
    }

    [Fact]
    public void Refuses_bfloat16_on_a_GPU_that_is_too_old()
    {
        var error = Assert.Throws<PromptKDException>(() => ComputeTarget.ChooseForGpu("bf16", new Version(7, 5)));

        Assert.Equal(
            "bf16 needs a GPU of compute capability 8.0 (2020) or newer, but this one has 7.5. Compute in auto, "
            + "fp16 or fp32.",
            error.Message);
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("cpu")]
    public void A_configuration_with_Dassls_fp16_is_computed_on_a_processor_as_auto_is(string device)
    {
        List<string> notes = [];

        var target = ComputeTarget.Resolve(device, "FP16", useCuda: false, notes.Add);

        Assert.Equal(ComputeTarget.Resolve("cpu", "auto"), target);
        Assert.Equal([$"fp16 is for GPUs: computing in {target.PrecisionName} here"], notes);
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("fp32")]
    [InlineData("bf16")]
    [InlineData("amp")]
    public void A_configuration_with_another_precision_is_taken_at_its_word(string precision)
    {
        var target = ComputeTarget.Resolve("auto", precision, useCuda: false, note => Assert.Fail(note));

        Assert.Equal(ComputeTarget.Resolve("cpu", precision), target);
    }

    [Theory]
    [InlineData("cpu", "fp16", "fp16 is for GPUs")]
    [InlineData("cpu", "fp8", "Unknown precision 'fp8'")]
    [InlineData("gpu", "auto", "Unknown device 'gpu'")]
    public void Refuses_what_it_does_not_have(string device, string precision, string expected)
    {
        var error = Assert.Throws<PromptKDException>(() => ComputeTarget.Resolve(device, precision));

        Assert.StartsWith(expected, error.Message, StringComparison.Ordinal);
    }
}
