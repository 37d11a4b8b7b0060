using PromptKD.Data.Decoding;
using PromptKD.Runtime;

namespace PromptKD.Inference;

/// <summary>How a CLIP classifies as it is.</summary>
public sealed record ZeroShotOptions : TorchOptions
{
    /// <summary>Sentences around the class names, each with <c>{}</c> for the name; several are averaged.</summary>
    public IReadOnlyList<string> Templates { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of<string>(["a photo of a {}."]);

    /// <summary>
    /// How pictures are prepared, its size replaced by the CLIP's own; null as the folder of the CLIP says.
    /// </summary>
    public Preprocessing? Preprocessing { get; init; }

    /// <summary>CLIP's vocabulary; null to look for it beside the CLIP and in the cache.</summary>
    public string? Vocabulary { get; init; }
}
