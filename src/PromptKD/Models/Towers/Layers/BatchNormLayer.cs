using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.Layers;

/// <summary>
/// Batch normalisation. It normalises by the statistics that the file holds, whatever mode it is in, unless it is told
/// to
/// learn: then training mode normalises by the batch, and moves the statistics. Its values are float32.
/// </summary>
internal sealed class BatchNormLayer : Module<Tensor, Tensor>
{
    /// <summary>Added to the variance: torch's default, which timm keeps.</summary>
    private const double Epsilon = 1e-5;

    private const double Momentum = 0.1;

    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter _bias;

    [ComponentName(Name = "running_mean")]
    private readonly Tensor _mean;

    [ComponentName(Name = "running_var")]
    private readonly Tensor _variance;

    public BatchNormLayer(TowerParts parts)
        : base(nameof(BatchNormLayer))
    {
        TowerParts wide = parts with { Type = ScalarType.Float32 };
        _weight = wide.Unset("weight", 1);
        _bias = wide.Unset("bias", 1);
        _mean = empty(parts.Shape("running_mean", 1), ScalarType.Float32, parts.Device);
        _variance = empty(parts.Shape("running_var", 1), ScalarType.Float32, parts.Device);
        RegisterComponents();
    }

    /// <summary>Whether training mode normalises by the batch, and moves the statistics.</summary>
    public bool MovesStatistics { get; set; }

    /// <param name="x">[batch, channels, height, width].</param>
    /// <returns>The shape of <paramref name="x"/>.</returns>
    public override Tensor forward(Tensor x) => functional.batch_norm(
        x, _mean, _variance, _weight, _bias, training && MovesStatistics, Momentum, Epsilon);
}
