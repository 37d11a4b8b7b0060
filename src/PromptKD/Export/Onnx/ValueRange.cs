namespace PromptKD.Export.Onnx;

/// <summary>Between which numbers the values lie that a layer is given; 0 is always among them.</summary>
/// <param name="Low">The least, at most 0.</param>
/// <param name="High">The greatest, at least 0.</param>
internal readonly record struct ValueRange(float Low, float High)
{
    private const int Steps = byte.MaxValue;
    private const float LeastScale = 1e-30f; // Of values that are all 0.

    /// <summary>What one step of 8 bits is.</summary>
    public float Scale => Math.Max((High - Low) / Steps, LeastScale);

    /// <summary>The step that is 0.</summary>
    public byte Zero => (byte)Math.Clamp(MathF.Round(-Low / Scale), 0, Steps);
}
