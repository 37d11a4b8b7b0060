using PromptKD.Runtime;

namespace PromptKD.Export.Onnx;

/// <summary>What an export wrote; the <c>.json</c> beside the graph says the same.</summary>
/// <param name="Model">What the graph says of itself.</param>
/// <param name="Parity">How far ONNX Runtime's answers are from libtorch's.</param>
/// <param name="Files">SHA-256 of the files that belong together, by their names.</param>
public sealed record OnnxExportReport(
    OnnxDescription Model, OnnxParity Parity, IReadOnlyDictionary<string, string> Files)
{
    /// <summary>SHA-256 of the files that belong together, by their names.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of(Files);

    /// <summary>How many answers are right on labelled pictures; null where there were none.</summary>
    public OnnxAccuracy? Accuracy { get; init; }
}

/// <summary>Accuracies of a student on the same labelled pictures.</summary>
/// <param name="Pictures">How many.</param>
/// <param name="Original">Percent, as libtorch answers in float32.</param>
/// <param name="Exported">Percent, as ONNX Runtime answers.</param>
/// <param name="Agreement">Percent of the pictures that both give the same class.</param>
public sealed record OnnxAccuracy(int Pictures, double Original, double Exported, double Agreement);
