using PromptKD.Export.Onnx;

namespace PromptKD.Inference.Exports;

/// <summary>What <see cref="OnnxExport"/> wrote; the <c>.json</c> beside the graph says the same.</summary>
/// <param name="Model">What the graph says of itself.</param>
/// <param name="Parity">How far ONNX Runtime's answers are from libtorch's.</param>
/// <param name="Files">SHA-256 of the files that belong together, by their names.</param>
public sealed record OnnxExportReport(
    OnnxDescription Model, OnnxParity Parity, IReadOnlyDictionary<string, string> Files);
