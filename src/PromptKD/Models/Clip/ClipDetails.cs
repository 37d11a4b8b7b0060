namespace PromptKD.Models.Clip;

/// <summary>What the shapes of a CLIP's tensors do not show; null where nothing says it.</summary>
internal sealed record ClipDetails
{
    /// <summary>The nonlinearity of every perceptron.</summary>
    public ClipActivation? Activation { get; init; }

    /// <summary>Attention heads of each image encoder layer.</summary>
    public int? VisionHeads { get; init; }

    /// <summary>Attention heads of each text encoder layer.</summary>
    public int? TextHeads { get; init; }

    /// <summary>Side of the pictures that the image tower is to read, pixels; null for its own.</summary>
    public int? ImageSize { get; init; }

    /// <summary>These, and where they say nothing, the others.</summary>
    public ClipDetails Or(ClipDetails others) => new()
    {
        Activation = Activation ?? others.Activation,
        VisionHeads = VisionHeads ?? others.VisionHeads,
        TextHeads = TextHeads ?? others.TextHeads,
        ImageSize = ImageSize ?? others.ImageSize,
    };
}
