namespace PromptKD.Export.Onnx;

/// <summary>
/// In which numbers the image tower of a graph computes. What is behind the tower computes in float32.
/// </summary>
public enum OnnxPrecision
{
    /// <summary>32-bit floats: libtorch's answers.</summary>
    Fp32,

    /// <summary>16-bit floats: half the file, and faster on GPUs.</summary>
    Fp16,

    /// <summary>
    /// The linear layers in whole numbers of 8 bits, whose ranges are measured in each call; a quarter of the file, and
    /// faster on processors.
    /// </summary>
    Int8Dynamic,

    /// <summary>The same with ranges that were measured on pictures before.</summary>
    Int8Static,
}
