using PromptKD.Configuration;

namespace PromptKD.Methods;

/// <summary>Numbers of the PromptKD loss.</summary>
/// <param name="LossWeight">Scale of the distillation loss: 1000, or 200 for DTD, Flowers102 and FGVC Aircraft.</param>
/// <param name="Temperature">Softens both distributions before they are compared; 1 leaves them as they are.</param>
internal sealed record PromptKDSettings(double LossWeight, double Temperature)
{
    /// <summary><see cref="Loss"/> of class probabilities.</summary>
    public const string Probabilities = "kl";

    /// <summary>What is compared: <see cref="Probabilities"/>, or features by l1 or mse.</summary>
    public string Loss { get; init; } = Probabilities;

    /// <summary>
    /// Whether the loss is a mean over pictures alone, instead of over pictures and classes (of features: their
    /// dimensions).
    /// </summary>
    public bool IsPerPicture { get; init; }

    /// <summary>Learning rate of the learned tokens, in units of the projector's.</summary>
    public double PromptRateFactor { get; init; } = 1;

    /// <summary>Learning rate of the tower's own weights, in units of the projector's.</summary>
    public double TowerRateFactor { get; init; } = 1;

    /// <summary>Inputs of a projector's layer at which the rate holds, for its weights; 0: at any.</summary>
    public int RateWidth { get; init; }

    /// <summary>What is added to the features of the student's tower while the projector learns.</summary>
    public FeatureNoise Noise { get; init; } = FeatureNoise.None;

    /// <summary>The keys TRAINER.PROMPTKD.*.</summary>
    /// <param name="config">Their values.</param>
    /// <param name="seed">That of the run.</param>
    public static PromptKDSettings Of(PromptKDConfig config, long seed) => new(config.KdWeight, config.Temperature)
    {
        Loss = config.Loss,
        TowerRateFactor = config.TowerLrFactor,
        IsPerPicture = config.LossUnit == "picture",
        PromptRateFactor = config.PromptLrFactor,
        RateWidth = config.RateWidth,
        Noise = new FeatureNoise(config.FeatureNoise, seed),
    };
}
