using PromptKD.Runtime;

namespace PromptKD.Inference;

/// <summary>How a classifier works that ONNX Runtime computes.</summary>
public record OnnxOptions : ClassifierOptions
{
    /// <summary>
    /// What computes, by ONNX Runtime's name of it, with or without "ExecutionProvider": CPU, CUDA, TensorRT, CoreML,
    /// DML, OpenVINO, XNNPACK. Which are there is up to the package of ONNX Runtime that the program has.
    /// </summary>
    public string Provider { get; init; } = "CPU";

    /// <summary>Which of several devices of that provider, from 0.</summary>
    public int DeviceIndex { get; init; }

    /// <summary>
    /// Threads that compute one call together; null for one a core, and of a graph of up to 4 MiB for a single one.
    /// </summary>
    public int? Threads { get; init; }

    /// <summary>Is told which files of a folder are left out, and how far it is; null for the log.</summary>
    public IRunObserver? Observer { get; init; }

    /// <inheritdoc/>
    internal override void Check()
    {
        base.Check();
        ArgumentException.ThrowIfNullOrEmpty(Provider);
        ArgumentOutOfRangeException.ThrowIfNegative(DeviceIndex);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Threads ?? 1);
    }
}
