namespace PromptKD.Models.Clip;

/// <summary>A text tower of another family than OpenAI's CLIPs: what its tensors do not show.</summary>
public sealed record TextDescription
{
    /// <summary>
    /// Its family: "siglip" (its last token is read, behind a layer with a bias), or "clip" (as OpenAI's, but for the
    /// mask).
    /// </summary>
    public required string Family { get; init; }

    /// <summary>The nonlinearity of its perceptrons.</summary>
    public ClipActivation Activation { get; init; } = ClipActivation.Gelu;

    /// <summary>Added to the variance by layer normalisation.</summary>
    public double NormEpsilon { get; init; } = 1e-5;
}
