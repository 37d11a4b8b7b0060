namespace PromptKD.Inference.Exports;

/// <summary>Of which CLIP to make ONNX files.</summary>
public sealed record ClipExportRequest
{
    /// <summary>
    /// A checkpoint, a folder, or a name such as <c>openai:ViT-B/16</c>; or an image tower without texts.
    /// </summary>
    public required string Clip { get; init; }

    /// <summary>The folder, which is new.</summary>
    public required string Output { get; init; }

    /// <summary>The vocabulary; null to look for it. Of no concern where there is no text tower.</summary>
    public string? Vocabulary { get; init; }

    /// <summary>
    /// A folder of pictures on which ONNX Runtime's features are compared with libtorch's; null for drawn ones.
    /// </summary>
    public string? Pictures { get; init; }
}
