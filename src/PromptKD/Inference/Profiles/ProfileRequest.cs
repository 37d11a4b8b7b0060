using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Runtime;

namespace PromptKD.Inference.Profiles;

/// <summary>What to profile, and how to measure it.</summary>
public sealed record ProfileRequest
{
    /// <summary>A student package; empty where it is a CLIP.</summary>
    public string Model { get; init; } = "";

    /// <summary>
    /// A CLIP: a file, a folder, or a name such as <c>openai:ViT-B/16</c>, whose sizes are known, so that nothing is
    /// fetched. Empty where it is a package.
    /// </summary>
    public string Clip { get; init; } = "";

    /// <summary>A checkpoint that was learned on the CLIP; empty for none.</summary>
    public string Checkpoint { get; init; } = "";

    /// <summary>A method that learns on the CLIP, as TRAINER.NAME spells it; empty for the CLIP as it is.</summary>
    public string Method { get; init; } = "";

    /// <summary>
    /// The CLIP into whose space the projector of the method PromptKD leads, as <see cref="Clip"/>; empty for ViT-L/14.
    /// </summary>
    public string Teacher { get; init; } = "";

    /// <summary>TRAINER.*: sizes of what the method learns.</summary>
    public ExperimentConfig Settings { get; init; } = ProfilePreset.Config;

    /// <summary>Number of classes; null for <see cref="UsualClasses"/>. A package has its own.</summary>
    public int? Classes { get; init; }

    /// <summary>Pictures at a time, each of which is measured; empty to count only.</summary>
    public IReadOnlyList<int> Batches { get; init => field = ValueEquality.Of(value); } = ValueEquality.Of<int>([]);

    /// <summary>Where to measure.</summary>
    public ComputeDevice Device { get; init; } = ComputeDevice.Auto;

    /// <summary>Which of several GPUs, from 0.</summary>
    public int DeviceIndex { get; init; }

    /// <summary>Of the frozen weights.</summary>
    public ComputePrecision Precision { get; init; } = ComputePrecision.Auto;

    /// <summary>Threads of the processor; null for as many as the other verbs take.</summary>
    public int? Threads { get; init; }

    /// <summary>That of table 7's counts, which come out with it (docs/how-to/profile.md).</summary>
    public static int UsualClasses => 50;
}
