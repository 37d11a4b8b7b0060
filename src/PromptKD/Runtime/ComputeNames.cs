namespace PromptKD.Runtime;

/// <summary>What configurations and command lines call devices and precisions.</summary>
internal static class ComputeNames
{
    /// <summary>"auto", "cpu" or "cuda:n".</summary>
    /// <param name="device">Where to compute.</param>
    /// <param name="index">Which of several GPUs, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such device.</exception>
    public static string Of(ComputeDevice device, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return device switch
        {
            ComputeDevice.Auto => "auto",
            ComputeDevice.Cpu => "cpu",
            ComputeDevice.Cuda => $"cuda:{index}",
            _ => throw new ArgumentOutOfRangeException(nameof(device), device, "There is no such device."),
        };
    }

    /// <summary>"auto", "fp32", "bf16" or "fp16".</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such precision.</exception>
    public static string Of(ComputePrecision precision) => precision switch
    {
        ComputePrecision.Auto => "auto",
        ComputePrecision.Fp32 => "fp32",
        ComputePrecision.Bf16 => "bf16",
        ComputePrecision.Fp16 => "fp16",
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "There is no such precision."),
    };
}
