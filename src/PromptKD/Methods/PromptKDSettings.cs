using PromptKD.Configuration;

namespace PromptKD.Methods;

/// <summary>Numbers of the PromptKD loss.</summary>
/// <param name="LossWeight">Scale of the distillation loss: 1000, or 200 for DTD, Flowers102 and FGVC Aircraft.</param>
/// <param name="Temperature">Softens both distributions before they are compared; 1 leaves them as they are.</param>
internal sealed record PromptKDSettings(double LossWeight, double Temperature)
{
    /// <summary>Whether the loss is a mean over pictures alone, instead of over pictures and classes.</summary>
    public bool IsPerPicture { get; init; }

    /// <summary>Learning rate of the learned tokens, in units of the projector's.</summary>
    public double PromptRateFactor { get; init; } = 1;

    /// <summary>The keys TRAINER.PROMPTKD.*.</summary>
    public static PromptKDSettings Of(PromptKDConfig config) => new(config.KdWeight, config.Temperature)
    {
        IsPerPicture = config.LossUnit == "picture",
        PromptRateFactor = config.PromptLrFactor,
    };
}
