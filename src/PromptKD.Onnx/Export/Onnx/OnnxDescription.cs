using System.Text.Json;
using System.Text.Json.Serialization;
using PromptKD.Data.Decoding;
using PromptKD.Evaluation;
using PromptKD.Runtime;

namespace PromptKD.Export.Onnx;

/// <summary>
/// What an ONNX file of a student says of itself, in its metadata under <see cref="Key"/>, as JSON: all that is needed
/// to prepare pictures for it and to read its answers.
/// </summary>
public sealed record OnnxDescription
{
    /// <summary>Under which key of the file's metadata it lies.</summary>
    public const string Key = "promptkd";

    /// <summary>The value of <see cref="Format"/>.</summary>
    public const string FormatName = "promptkd-onnx";

    /// <summary>The newest <see cref="Version"/> that this build reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The output of scores before softmax, [batch, classes].</summary>
    public const string Logits = "logits";

    /// <summary>The output of softmax of the scores divided by the temperature, [batch, classes].</summary>
    public const string Probabilities = "probabilities";

    /// <summary>
    /// The output of image features of length 1 in the space of the class vectors, [batch, embedding].
    /// </summary>
    public const string Features = "features";

    /// <summary>Always <see cref="FormatName"/>.</summary>
    public string Format { get; init; } = FormatName;

    /// <summary>Version of the format.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>What the graph takes.</summary>
    public required OnnxInput Input { get; init; }

    /// <summary>In which numbers it computes.</summary>
    public OnnxPrecision Precision { get; init; }

    /// <summary>The image tower, by OpenAI's name or its main dimensions.</summary>
    public required string Student { get; init; }

    /// <summary>Class names, in label order.</summary>
    public required IReadOnlyList<string> ClassNames { get; init => field = ValueEquality.Of(value); }

    /// <summary>The texts whose features are the class vectors; <c>{}</c> stands for the class name.</summary>
    public required IReadOnlyList<string> Templates { get; init => field = ValueEquality.Of(value); }

    /// <summary>How pictures are prepared.</summary>
    public required Preprocessing Preprocessing { get; init; }

    /// <summary>What cosines are multiplied by.</summary>
    public required double LogitScale { get; init; }

    /// <summary>What logits are divided by before softmax.</summary>
    public required double Temperature { get; init; }

    /// <summary>How to tell that a picture belongs to no class; null where the package did not say it.</summary>
    public NoneOfThese? NoneOfThese { get; init; }

    /// <summary>Width of the features.</summary>
    public required int FeatureWidth { get; init; }

    /// <summary>SHA-256 of every input that made the student.</summary>
    public required IReadOnlyDictionary<string, string> Inputs { get; init => field = ValueEquality.Of(value); }

    /// <summary>The digests of the package's files that the graph was made of.</summary>
    public required IReadOnlyDictionary<string, string> Package { get; init => field = ValueEquality.Of(value); }

    /// <summary>The text in the metadata.</summary>
    internal string ToLine() => JsonSerializer.Serialize(this, OnnxJson.Lines.OnnxDescription);
}

/// <summary>What an ONNX graph takes.</summary>
/// <param name="Name">Of the input.</param>
/// <param name="Type">Of its elements: uint8 (0–255) or float32.</param>
/// <param name="Layout">
/// NHWC: [batch, height, width, 3], as pictures are decoded. NCHW: [batch, 3, height, width].
/// </param>
public sealed record OnnxInput(string Name, string Type, string Layout)
{
    /// <summary>Pixels as they are decoded; the graph normalises them.</summary>
    public static OnnxInput Pixels { get; } = new("pixels", "uint8", "NHWC");

    /// <summary>Normalised colours, as CLIP's own preprocessing gives them.</summary>
    public static OnnxInput Normalised { get; } = new("images", "float32", "NCHW");

    /// <summary>Whether whoever feeds the graph normalises.</summary>
    [JsonIgnore]
    public bool IsNormalised => this == Normalised;
}
