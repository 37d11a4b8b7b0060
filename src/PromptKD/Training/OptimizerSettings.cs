using PromptKD.Configuration;

namespace PromptKD.Training;

/// <summary>Settings of <see cref="Optimizer"/>.</summary>
/// <param name="Momentum">Of sgd: 0.9 in all published settings.</param>
/// <param name="WeightDecay">5e-4: Dassl's default, which no published file changes.</param>
/// <param name="Dampening">Of sgd: 0.</param>
/// <param name="Nesterov">Of sgd: off.</param>
internal sealed record OptimizerSettings(
    double Momentum = 0.9, double WeightDecay = 5e-4, double Dampening = 0, bool Nesterov = false)
{
    /// <summary>sgd, adam or adamw.</summary>
    public string Rule { get; init; } = "sgd";

    /// <summary>Of adam and adamw: decay of the mean of the gradients.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Of adam and adamw: decay of the mean of the squared gradients.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>
    /// Longest gradient of a step, over all that is learned; longer ones are shortened to it. 0: any.
    /// </summary>
    public double ClipNorm { get; init; }

    /// <summary>The keys OPTIM.*.</summary>
    public static OptimizerSettings Of(OptimConfig optim) =>
        new(optim.Momentum, optim.WeightDecay, optim.SgdDampening, optim.SgdNesterov)
        {
            Rule = optim.Name,
            Beta1 = optim.AdamBeta1,
            Beta2 = optim.AdamBeta2,
            ClipNorm = optim.ClipNorm,
        };
}
