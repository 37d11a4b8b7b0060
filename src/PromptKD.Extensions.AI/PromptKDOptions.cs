using PromptKD.Inference;
using PromptKD.Runtime;

namespace PromptKD.Extensions.AI;

/// <summary>What a host's classifier is; a section of its configuration can be bound to it.</summary>
public sealed class PromptKDOptions
{
    private static readonly TorchOptions s_defaults = new();

    /// <summary>
    /// The student: the package, which is the folder <c>student</c> of a run and is computed by libtorch, or an ONNX
    /// file that was exported from one, which is computed by ONNX Runtime. Required.
    /// </summary>
    public string Model { get; set; } = "";

    /// <summary>
    /// The CLIP whose text tower embeds texts, the student's teacher: a checkpoint, a folder, or a name such as
    /// <c>openai:ViT-L/14</c>. Empty where no texts are embedded.
    /// </summary>
    public string TextTower { get; set; } = "";

    /// <summary>CLIP's vocabulary for the text tower; null to look for it.</summary>
    public string? Vocabulary { get; set; }

    /// <summary>As <see cref="TorchOptions.Device"/>.</summary>
    public ComputeDevice Device { get; set; } = s_defaults.Device;

    /// <summary>As <see cref="TorchOptions.DeviceIndex"/>.</summary>
    public int DeviceIndex { get; set; } = s_defaults.DeviceIndex;

    /// <summary>
    /// As <see cref="TorchOptions.Precision"/>; null for an ONNX file, which computes in the numbers that it was
    /// exported in.
    /// </summary>
    public ComputePrecision? Precision { get; set; }

    /// <summary>
    /// What computes an ONNX file, as <see cref="OnnxOptions.Provider"/>; null for CUDA where <see cref="Device"/> is
    /// <see cref="ComputeDevice.Cuda"/>, and else for the processor.
    /// </summary>
    public string? OnnxProvider { get; set; }

    /// <summary>
    /// As <see cref="TorchOptions.Threads"/>, and of an ONNX file as <see cref="OnnxOptions.Threads"/>, where 0 is
    /// null.
    /// </summary>
    public int? Threads { get; set; }

    /// <summary>As <see cref="ClassifierOptions.Upright"/>.</summary>
    public bool? Upright { get; set; }

    /// <summary>As <see cref="ClassifierOptions.MaxPixels"/>.</summary>
    public long MaxPixels { get; set; } = s_defaults.MaxPixels;

    /// <summary>As <see cref="ClassifierOptions.MaxBytes"/>.</summary>
    public int MaxBytes { get; set; } = s_defaults.MaxBytes;

    /// <summary>As <see cref="ClassifierOptions.BatchSize"/>.</summary>
    public int BatchSize { get; set; } = s_defaults.BatchSize;

    /// <summary>As <see cref="ClassifierOptions.GatherFor"/>.</summary>
    public TimeSpan GatherFor { get; set; } = s_defaults.GatherFor;

    /// <summary>Whether the model is one for ONNX Runtime.</summary>
    internal bool IsOnnx =>
        !Directory.Exists(Model)
        && (File.Exists(Model) || Model.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase));

    /// <summary>The same for a classifier of a package.</summary>
    internal TorchOptions ToTorch() => new()
    {
        Device = Device,
        DeviceIndex = DeviceIndex,
        Precision = Precision,
        OnnxProvider = OnnxProvider ?? s_defaults.OnnxProvider,
        Threads = Threads,
        Upright = Upright,
        MaxPixels = MaxPixels,
        MaxBytes = MaxBytes,
        BatchSize = BatchSize,
        GatherFor = GatherFor,
    };

    /// <summary>The same for a classifier of an ONNX file.</summary>
    /// <exception cref="PromptKDException">There is a precision, which such a file has.</exception>
    internal OnnxOptions ToOnnx() => Precision is null
        ? new OnnxOptions
        {
            Provider = OnnxProvider ?? (Device == ComputeDevice.Cuda ? "CUDA" : "CPU"),
            DeviceIndex = DeviceIndex,
            Threads = Threads is > 0 ? Threads : null,
            Upright = Upright,
            MaxPixels = MaxPixels,
            MaxBytes = MaxBytes,
            BatchSize = BatchSize,
            GatherFor = GatherFor,
        }
        : throw new PromptKDException(
            $"PromptKD: Precision is {Precision}, and '{Model}' is an ONNX file, which computes in the numbers that it "
            + "was exported in. Leave Precision out.");

    /// <summary>The same for a text tower.</summary>
    internal TextOptions ToTexts() => new()
    {
        Vocabulary = Vocabulary,
        Device = Device,
        DeviceIndex = DeviceIndex,
        Precision = Precision,
        Threads = Threads,
        BatchSize = BatchSize,
    };
}
