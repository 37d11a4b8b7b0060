using PromptKD.Runtime;

namespace PromptKD.Inference.Classes;

/// <summary>What to change about the classes of a student package.</summary>
public sealed record ClassEdit
{
    /// <summary>The package.</summary>
    public required string Package { get; init; }

    /// <summary>The folder of the changed package, which is new; null to put it in the place of the old one.</summary>
    public string? Output { get; init; }

    /// <summary>Names to add, behind those that are there.</summary>
    public IReadOnlyList<string> Add { get; init => field = ValueEquality.Of(value); } = ValueEquality.Of<string>([]);

    /// <summary>Names to take out.</summary>
    public IReadOnlyList<string> Remove { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of<string>([]);

    /// <summary>A name to replace, and by what; null for none.</summary>
    public (string Old, string New)? Rename { get; init; }

    /// <summary>
    /// The CLIP that the student learned from, whose text tower makes vectors; of several the first. Null where no
    /// vector is made: a class that is renamed keeps its own then.
    /// </summary>
    public string? Teacher { get; init; }

    /// <summary>The teacher's learned prompts; null for plain CLIP.</summary>
    public string? TeacherPrompts { get; init; }

    /// <summary>CLIP's vocabulary; null to look for it.</summary>
    public string? Vocabulary { get; init; }

    /// <summary>The words that learned text tokens of the teacher started from, as TRAINER.PROMPTKD.CTX_INIT.</summary>
    public string Context { get; init; } = "a photo of a";

    /// <summary>
    /// Where the words of a teacher of CoOp have the class name, as TRAINER.COOP.CLASS_TOKEN_POSITION: end, middle or
    /// front; null for the end, and for any other teacher.
    /// </summary>
    public string? ClassPosition { get; init; }

    /// <summary>Where the text tower computes.</summary>
    public ComputeDevice Device { get; init; } = ComputeDevice.Auto;

    /// <summary>Which of several GPUs, from 0.</summary>
    public int DeviceIndex { get; init; }

    /// <summary>What computes a teacher of ONNX files, by ONNX Runtime's name of it.</summary>
    public string OnnxProvider { get; init; } = "CPU";
}
