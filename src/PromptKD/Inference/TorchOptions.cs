using PromptKD.Runtime;

namespace PromptKD.Inference;

/// <summary>How a classifier works that libtorch computes.</summary>
public record TorchOptions : ClassifierOptions
{
    /// <summary>Where to compute.</summary>
    public ComputeDevice Device { get; init; } = ComputeDevice.Auto;

    /// <summary>Which of several GPUs, from 0.</summary>
    public int DeviceIndex { get; init; }

    /// <summary>
    /// In which precision; null as the student was trained, where this machine does so fast, and of a CLIP
    /// <see cref="ComputePrecision.Auto"/>.
    /// </summary>
    public ComputePrecision? Precision { get; init; }

    /// <summary>
    /// What computes towers that are ONNX files, by ONNX Runtime's name of it, as <see cref="OnnxOptions.Provider"/>.
    /// </summary>
    public string OnnxProvider { get; init; } = "CPU";

    /// <summary>
    /// How many threads libtorch computes one call with; null leaves what the process has set, which is a thread a core
    /// unless somebody set it. It is <b>one number for the process</b>. 0 sets what a model of this size gains from: 1
    /// for small ones, whose matrices are not worth sharing, else a thread a core.
    /// </summary>
    public int? Threads { get; init; }

    /// <summary>Is told what is computed otherwise than asked for, and which files of a folder are left out.</summary>
    public IRunObserver? Observer { get; init; }

    /// <inheritdoc/>
    internal override void Check()
    {
        base.Check();
        ArgumentException.ThrowIfNullOrEmpty(OnnxProvider);
        ArgumentOutOfRangeException.ThrowIfNegative(DeviceIndex);
        ArgumentOutOfRangeException.ThrowIfNegative(Threads ?? 0);
    }

    /// <summary>The observer, the log, or both.</summary>
    internal IRunObserver Watch() => Observer ?? new LoggedWork(Logger);

    /// <summary>
    /// Chooses where and how to compute; changes nothing of the process but what <see cref="Threads"/> asks for.
    /// </summary>
    /// <param name="trained">The precision that is asked for by nobody.</param>
    /// <param name="width">Of the image tower.</param>
    /// <exception cref="PromptKDException">The device, precision or provider is not to be had here.</exception>
    internal ComputeTarget Resolve(string trained, int width)
    {
        ComputeTarget target = ComputeTarget.Resolve(
            ComputeNames.Of(Device, DeviceIndex),
            Precision is { } precision ? ComputeNames.Of(precision) : trained,
            useCuda: true,
            Watch().OnWarning,
            changesProcess: false).WithProvider(OnnxProvider);
        if (Threads is { } threads)
        {
            target.UseThreads(threads, width);
        }

        return target;
    }
}
