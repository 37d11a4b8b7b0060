using PromptKD.Inference;
using PromptKD.Runtime;

namespace PromptKD.Tests;

/// <summary>Options of classifiers on any machine.</summary>
internal static class Computing
{
    public static TorchOptions AsTrained { get; } = new() { Device = ComputeDevice.Cpu };

    public static TorchOptions OnProcessor { get; } = AsTrained with { Precision = ComputePrecision.Fp32 };

    public static TorchOptions InHalf { get; } = AsTrained with { Precision = ComputePrecision.Bf16 };

    public static ZeroShotOptions ZeroShot { get; } = new()
    {
        Device = ComputeDevice.Cpu,
        Precision = ComputePrecision.Fp32,
        Vocabulary = TinyClip.Vocabulary,
    };
}
