using PromptKD.Inference;

namespace PromptKD.Extensions.AI;

/// <summary>What a host's classifier is; a section of its configuration can be bound to it.</summary>
public sealed class PromptKDOptions
{
    private static readonly TorchOptions s_defaults = new();

    /// <summary>The student package: the folder <c>student</c> of a run. Required.</summary>
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

    /// <summary>As <see cref="TorchOptions.Precision"/>.</summary>
    public ComputePrecision? Precision { get; set; }

    /// <summary>As <see cref="TorchOptions.Threads"/>.</summary>
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

    /// <summary>The same for a classifier.</summary>
    internal TorchOptions ToTorch() => new()
    {
        Device = Device,
        DeviceIndex = DeviceIndex,
        Precision = Precision,
        Threads = Threads,
        Upright = Upright,
        MaxPixels = MaxPixels,
        MaxBytes = MaxBytes,
        BatchSize = BatchSize,
        GatherFor = GatherFor,
    };

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
