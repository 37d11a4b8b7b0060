namespace PromptKD.Configuration;

/// <summary>Which CLIP is prompted: the keys <c>MODEL.BACKBONE.*</c>.</summary>
public sealed record BackboneConfig
{
    /// <summary>OpenAI's name of the model, such as ViT-B/16 or RN50.</summary>
    public string Name { get; init; } = "";
}
