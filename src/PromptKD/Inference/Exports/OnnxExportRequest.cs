using PromptKD.Export.Onnx;

namespace PromptKD.Inference.Exports;

/// <summary>Of which student package to make an ONNX file, and how.</summary>
public sealed record OnnxExportRequest
{
    /// <summary>The student package: the <c>student</c> folder of a run.</summary>
    public required string Model { get; init; }

    /// <summary>
    /// The file, which is new, such as <c>student.onnx</c>. A <c>.json</c> of the same name is written beside it.
    /// </summary>
    public required string Output { get; init; }

    /// <summary>
    /// Whether the graph takes normalised floats, [batch, 3, size, size], as other exports of CLIP do; else it takes
    /// bytes, [batch, size, size, 3], and normalises them itself.
    /// </summary>
    public bool TakesFloats { get; init; }

    /// <summary>In which numbers the image tower computes. <see cref="OnnxPrecision.Int8Static"/> needs
    /// <see cref="Calibration"/>.</summary>
    public OnnxPrecision Precision { get; init; }

    /// <summary>
    /// A folder of pictures like those that will be classified, 64 of which say how large values become; null where
    /// <see cref="Precision"/> does not need to know.
    /// </summary>
    public string? Calibration { get; init; }

    /// <summary>
    /// Labelled pictures, <c>folder/CLASS NAME/PICTURE</c>, on which the accuracies of both are compared; null for
    /// none.
    /// </summary>
    public string? Labelled { get; init; }

    /// <summary>
    /// A folder of pictures on which ONNX Runtime's answers are compared with libtorch's; null for drawn ones.
    /// </summary>
    public string? Pictures { get; init; }
}
