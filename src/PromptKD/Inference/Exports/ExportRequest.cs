using PromptKD.Runtime;

namespace PromptKD.Inference.Exports;

/// <summary>Of which checkpoint to make a student package, and what it does not say itself.</summary>
public sealed record ExportRequest
{
    /// <summary>
    /// A checkpoint of PromptKD, CoOp, MaPLe, IVLP or PromptSRC, as their programs or <c>train</c> save it.
    /// </summary>
    public required string Checkpoint { get; init; }

    /// <summary>The CLIP that it was learned on: a file, a folder, or a name such as <c>openai:ViT-B/16</c>.</summary>
    public required string Student { get; init; }

    /// <summary>Class names, in label order.</summary>
    public required IReadOnlyList<string> ClassNames { get; init => field = ValueEquality.Of(value); }

    /// <summary>The folder of the package, which is new.</summary>
    public required string Output { get; init; }

    /// <summary>
    /// The CLIP whose text tower makes the class vectors of a PromptKD student: its teacher. Null for the other
    /// methods.
    /// </summary>
    public string? Teacher { get; init; }

    /// <summary>The teacher's learned prompts; null for plain CLIP.</summary>
    public string? TeacherPrompts { get; init; }

    /// <summary>Sentences around the class names for a plain teacher; empty for "a photo of a {}.".</summary>
    public IReadOnlyList<string> Templates { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of<string>([]);

    /// <summary>
    /// The words that learned text tokens started from, CTX_INIT; null for "a photo of a", for CoOp for none.
    /// </summary>
    public string? Context { get; init; }

    /// <summary>
    /// Where CoOp's context has the class name, CLASS_TOKEN_POSITION: end, middle or front; null for the end.
    /// </summary>
    public string? ClassPosition { get; init; }

    /// <summary>Whether the names may be of other classes than those that were learned.</summary>
    public bool OtherClasses { get; init; }

    /// <summary>
    /// Whether PromptKD's prompts are rounded through float16 where they enter, as the reference does.
    /// </summary>
    public bool HalfPrompts { get; init; }

    /// <summary>Whether pictures are turned as their EXIF orientation says; the reference does not.</summary>
    public bool Upright { get; init; }

    /// <summary>Whether 16-bit grey pictures are scaled to 8 bits; the reference clips them.</summary>
    public bool Scale16Bit { get; init; }

    /// <summary>CLIP's vocabulary; null to look for it.</summary>
    public string? Vocabulary { get; init; }

    /// <summary>Where the text tower computes.</summary>
    public ComputeDevice Device { get; init; } = ComputeDevice.Auto;

    /// <summary>Which of several GPUs, from 0.</summary>
    public int DeviceIndex { get; init; }

    /// <summary>Of the frozen weights.</summary>
    public ComputePrecision Precision { get; init; } = ComputePrecision.Fp32;
}
