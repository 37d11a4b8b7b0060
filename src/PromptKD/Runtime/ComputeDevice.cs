namespace PromptKD.Runtime;

/// <summary>Where libtorch computes.</summary>
public enum ComputeDevice
{
    /// <summary>A GPU where this build and machine have one, else the processor.</summary>
    Auto,

    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU.</summary>
    Cuda,
}
