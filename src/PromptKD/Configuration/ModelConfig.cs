namespace PromptKD.Configuration;

/// <summary>The CLIP model to be prompted, PromptKD's student: the keys <c>MODEL.*</c>.</summary>
public sealed record ModelConfig
{
    /// <summary>A checkpoint whose tensors of matching name and shape start the model; empty for none.</summary>
    public string InitWeights { get; init; } = "";

    /// <summary>Which CLIP.</summary>
    public BackboneConfig Backbone { get; init; } = new();
}
