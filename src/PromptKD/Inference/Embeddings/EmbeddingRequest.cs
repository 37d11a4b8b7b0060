using PromptKD.Runtime;
using PromptKD.Runtime.Remote;

namespace PromptKD.Inference.Embeddings;

/// <summary>Which pictures are embedded by which models, and what is made of it.</summary>
public sealed record EmbeddingRequest
{
    /// <summary>
    /// A folder of pictures or shards: class folders where all pictures lie in folders, else without labels. Empty with
    /// <see cref="Dataset"/>.
    /// </summary>
    public string Images { get; init => field = RemoteAddress.WithoutQuery(value); } = "";

    /// <summary>A data set of the catalogue; empty for a folder.</summary>
    public string Dataset { get; init; } = "";

    /// <summary>The folder that holds the data sets; empty for a folder.</summary>
    public string Root { get; init; } = "";

    /// <summary>Which part of the data set: train, val or test; empty for test.</summary>
    public string Split { get; init; } = "";

    /// <summary>A student package: its features are in the teacher's space; empty for none.</summary>
    public string Student { get; init; } = "";

    /// <summary>A teacher: a CLIP as a file, a folder or a name; empty for none.</summary>
    public string Teacher { get; init; } = "";

    /// <summary>Side of the teacher's pictures, pixels; 0 for the size that it was made for.</summary>
    public int TeacherPictureSize { get; init; }

    /// <summary>The checkpoint of the teacher's learned prompts; empty for plain CLIP.</summary>
    public string TeacherPrompts { get; init; } = "";

    /// <summary>Any other CLIP, as it comes; empty for none.</summary>
    public string Clip { get; init; } = "";

    /// <summary>The folder that receives everything: new or empty.</summary>
    public required string Output { get; init; }

    /// <summary>Whether maps are drawn.</summary>
    public bool DrawsMaps { get; init; } = true;

    /// <summary>Pictures of a map at most; of more a draw is shown.</summary>
    public int MapPictures { get; init; } = 2000;

    /// <summary>
    /// Effective number of neighbours on the t-SNE map; null for 30, or a third of the pictures where that is less.
    /// </summary>
    public double? Perplexity { get; init; }

    /// <summary>Of the pictures that a map shows, and of where t-SNE begins.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Whether pictures are turned as their EXIF orientation says; null for what the student was trained on, without a
    /// student for yes of a folder, no of a data set.
    /// </summary>
    public bool? Upright { get; init; }

    /// <summary>Where to compute.</summary>
    public ComputeDevice Device { get; init; } = ComputeDevice.Auto;

    /// <summary>Which of several GPUs, from 0.</summary>
    public int DeviceIndex { get; init; }

    /// <summary>What computes models that are ONNX files, by ONNX Runtime's name of it.</summary>
    public string OnnxProvider { get; init; } = "CPU";

    /// <summary>What the models compute in.</summary>
    public ComputePrecision Precision { get; init; } = ComputePrecision.Auto;
}

/// <summary>What came of it.</summary>
/// <param name="Pictures">Pictures that were embedded.</param>
/// <param name="Classes">Classes of these pictures; 0 without labels.</param>
/// <param name="Models">Each model with the width of its features.</param>
/// <param name="Files">Names of the files in the output folder, in the order in which they were written.</param>
public sealed record EmbeddingSummary(
    int Pictures, int Classes, IReadOnlyList<KeyValuePair<string, int>> Models, IReadOnlyList<string> Files)
{
    /// <summary>Each model with the width of its features.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> Models { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of(Models);

    /// <summary>Names of the files in the output folder, in the order in which they were written.</summary>
    public IReadOnlyList<string> Files { get; init => field = ValueEquality.Of(value); } = ValueEquality.Of(Files);
}
