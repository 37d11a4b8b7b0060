using PromptKD.Data.Decoding;
using PromptKD.Runtime;

namespace PromptKD.Export.Onnx;

/// <summary>What an export of a CLIP's towers wrote: <c>promptkd.json</c> of the folder says the same.</summary>
public sealed record ClipOnnxReport
{
    /// <summary>The value of <see cref="Format"/>.</summary>
    public const string FormatName = "promptkd-clip-onnx";

    /// <summary>Always <see cref="FormatName"/>.</summary>
    public string Format { get; init; } = FormatName;

    /// <summary>Version of the format.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The architecture, by OpenAI's name or its main dimensions.</summary>
    public required string Clip { get; init; }

    /// <summary>Numbers of a feature, of pictures and of texts.</summary>
    public required int Embedding { get; init; }

    /// <summary>Width and height of the pictures, pixels.</summary>
    public required int ImageSize { get; init; }

    /// <summary>Length of the texts, tokens; null where there is no text tower.</summary>
    public int? ContextLength { get; init; }

    /// <summary>What cosines are multiplied by.</summary>
    public required double LogitScale { get; init; }

    /// <summary>How pictures are prepared.</summary>
    public required Preprocessing Preprocessing { get; init; }

    /// <summary>SHA-256 of the weights, <c>clip</c>, and of the <c>vocabulary</c>.</summary>
    public required IReadOnlyDictionary<string, string> Inputs { get; init => field = ValueEquality.Of(value); }

    /// <summary>How far ONNX Runtime's features are from libtorch's.</summary>
    public required ClipOnnxParity Parity { get; init; }

    /// <summary>SHA-256 of every other file, by its path in the folder.</summary>
    public required IReadOnlyDictionary<string, string> Files { get; init => field = ValueEquality.Of(value); }
}

/// <summary>How far the towers' features are from libtorch's in float32.</summary>
/// <param name="Runtime">ONNX Runtime's version.</param>
/// <param name="Vision">Of the image tower.</param>
/// <param name="Text">Of the text tower; null where there is none.</param>
public sealed record ClipOnnxParity(string Runtime, ClipTowerParity Vision, ClipTowerParity? Text)
{
    /// <summary>The largest difference of a number of a feature of length 1 that a graph may have.</summary>
    public const double Limit = 1e-4;
}

/// <summary>How far one tower's features are from libtorch's.</summary>
/// <param name="Compared">Pictures or texts.</param>
/// <param name="Source">Where they come from: "drawn", a folder's name, or "templates".</param>
/// <param name="Batches">One for each size of batch.</param>
public sealed record ClipTowerParity(int Compared, string Source, IReadOnlyList<ClipBatchParity> Batches)
{
    /// <summary>One for each size of batch.</summary>
    public IReadOnlyList<ClipBatchParity> Batches { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of(Batches);
}

/// <summary>The same for one size of batch.</summary>
/// <param name="Size">Computed at once.</param>
/// <param name="LargestFeature">The largest difference of a number of a feature of length 1.</param>
/// <param name="SmallestCosine">Of the angle between both programs' features.</param>
public sealed record ClipBatchParity(int Size, double LargestFeature, double SmallestCosine);
