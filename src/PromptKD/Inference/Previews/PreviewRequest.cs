using PromptKD.Runtime;
using PromptKD.Runtime.Remote;

namespace PromptKD.Inference.Previews;

/// <summary>Which teacher to try on which pictures.</summary>
public sealed record PreviewRequest
{
    /// <summary>A CLIP: a checkpoint, a folder, or a name such as <c>openai:ViT-L/14</c>.</summary>
    public required string Teacher { get; init; }

    /// <summary>Side of the teacher's pictures, pixels; 0 for the size that it was made for.</summary>
    public int TeacherPictureSize { get; init; }

    /// <summary>The teacher's learned prompts; null for plain CLIP.</summary>
    public string? TeacherPrompts { get; init; }

    /// <summary>Class names, in label order.</summary>
    public required IReadOnlyList<string> ClassNames { get; init => field = ValueEquality.Of(value); }

    /// <summary>A folder of pictures or of shards, or a shard.</summary>
    public required string Images { get; init => field = RemoteAddress.WithoutQuery(value); }

    /// <summary>
    /// Sentences around a class name; two or more are compared, and their features averaged as distilling does.
    /// </summary>
    public IReadOnlyList<string> Templates { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of<string>([]);

    /// <summary>How many pictures to look at, evenly spaced in the list of all; 0 for every one.</summary>
    public int Sample { get; init; } = 240;

    /// <summary>The CLIP that is going to learn; null for no estimate of the run.</summary>
    public string? Student { get; init; }

    /// <summary>Side of its pictures, pixels; 0 for the size that it was made for.</summary>
    public int StudentPictureSize { get; init; }

    /// <summary>The recipe of the run that is estimated; null for the usual one. Only with a student.</summary>
    public string? Recipe { get; init; }

    /// <summary>A folder for <c>sheet.png</c> and <c>preview.json</c>; null for none.</summary>
    public string? Output { get; init; }

    /// <summary>CLIP's vocabulary; null to look for it.</summary>
    public string? Vocabulary { get; init; }

    /// <summary>The words that learned text tokens of the teacher started from, as TRAINER.PROMPTKD.CTX_INIT.</summary>
    public string Context { get; init; } = "a photo of a";

    /// <summary>
    /// Where the words of a teacher of CoOp have the class name, as TRAINER.COOP.CLASS_TOKEN_POSITION: end, middle or
    /// front; null for the end, and for any other teacher.
    /// </summary>
    public string? ClassPosition { get; init; }

    /// <summary>Where to compute.</summary>
    public ComputeDevice Device { get; init; } = ComputeDevice.Auto;

    /// <summary>Which of several GPUs, from 0.</summary>
    public int DeviceIndex { get; init; }

    /// <summary>What computes models that are ONNX files, by ONNX Runtime's name of it.</summary>
    public string OnnxProvider { get; init; } = "CPU";

    /// <summary>What the teacher computes in.</summary>
    public ComputePrecision Precision { get; init; } = ComputePrecision.Auto;

    /// <summary>Whether pictures are turned as their EXIF orientation says.</summary>
    public bool Upright { get; init; } = true;
}
