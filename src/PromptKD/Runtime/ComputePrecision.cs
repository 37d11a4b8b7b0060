namespace PromptKD.Runtime;

/// <summary>
/// In which precision libtorch computes a frozen model. What is learned is float32 whatever this says.
/// </summary>
public enum ComputePrecision
{
    /// <summary>bfloat16 where the machine multiplies it fast, else float32.</summary>
    Auto,

    /// <summary>float32.</summary>
    Fp32,

    /// <summary>bfloat16.</summary>
    Bf16,

    /// <summary>float16; for GPUs only.</summary>
    Fp16,
}
