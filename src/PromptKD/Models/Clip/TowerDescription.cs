namespace PromptKD.Models.Clip;

/// <summary>An image tower of another family than OpenAI's CLIPs: what its tensors do not show.</summary>
public sealed record TowerDescription
{
    /// <summary>Its family: "vit", "dinov2", "siglip", "eva02", "mobilenetv4", "fastvit" or "convnext".</summary>
    public required string Family { get; init; }

    /// <summary>The nonlinearity of its perceptrons.</summary>
    public ClipActivation Activation { get; init; } = ClipActivation.Gelu;

    /// <summary>Added to the variance by layer normalisation.</summary>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>How the tokens of a transformer become one feature.</summary>
    public TokenPooling Pooling { get; init; }

    /// <summary>How the table of positions is brought to another grid of patches.</summary>
    public PositionResampling Positions { get; init; }

    /// <summary>The published licence of the weights where it is known to allow research only; null
    /// otherwise.</summary>
    public string? Licence { get; init; }
}

/// <summary>How the tokens of a transformer become one feature.</summary>
public enum TokenPooling
{
    /// <summary>The class token; of a distilled DeiT, the mean of its two first tokens.</summary>
    Token,

    /// <summary>The mean of the patch tokens.</summary>
    Average,

    /// <summary>A learned query attends to the patch tokens.</summary>
    Attention,
}

/// <summary>How a table of positions is resampled. They give different numbers, also where it grows.</summary>
public enum PositionResampling
{
    /// <summary>Cubic of a = −0.5, wider where the table shrinks, taps outside left out: timm's and
    /// open_clip's.</summary>
    Antialiased,

    /// <summary>Cubic of a = −0.75 over four neighbours, clamped at the border: transformers'.</summary>
    Cubic,

    /// <summary>As <see cref="Cubic"/>, at the places of a scale of (size + 0.1) / grid: DINOv2's own
    /// repository.</summary>
    ShiftedCubic,
}
