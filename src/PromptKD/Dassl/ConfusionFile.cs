using PromptKD.Evaluation;
using PromptKD.Models.Weights.Zip;
using PromptKD.Runtime;

namespace PromptKD.Dassl;

/// <summary>
/// <c>cmat.pt</c>: which classes were taken for which, as Dassl's programs save it (Dassl evaluator.py).
/// </summary>
internal static class ConfusionFile
{
    /// <summary>Writes the shares of each label's pictures.</summary>
    /// <param name="path">Where to write it.</param>
    /// <param name="metrics">What was counted.</param>
    /// <exception cref="PromptKDException">It cannot be written.</exception>
    public static void Write(string path, ClassificationMetrics metrics)
    {
        using DisposeScope scope = NewDisposeScope();

        // Each row over its sum; a class that never occurs among the labels keeps zeros.
        Tensor counts = tensor(metrics.ConfusionMatrix().Counts).to(ScalarType.Float64); // [classes, classes]
        TorchZipWriter.Write(path, counts / counts.sum(1, keepdim: true).AtLeast(1));
    }
}
