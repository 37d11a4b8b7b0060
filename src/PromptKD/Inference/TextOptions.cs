namespace PromptKD.Inference;

/// <summary>How texts are embedded.</summary>
public sealed record TextOptions : TorchOptions
{
    /// <summary>CLIP's vocabulary; null to look for it beside the CLIP and in the cache.</summary>
    public string? Vocabulary { get; init; }
}
