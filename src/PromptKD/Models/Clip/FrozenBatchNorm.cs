using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Clip;

/// <summary>
/// Batch normalisation with the statistics that the checkpoint was trained with. It always normalises by them: neither
/// training mode nor the batch at hand changes anything. Its values are float32 whatever it is applied to, as in CLIP.
/// </summary>
internal sealed class FrozenBatchNorm : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter _bias;

    [ComponentName(Name = "running_mean")]
    private readonly Tensor _mean;

    [ComponentName(Name = "running_var")]
    private readonly Tensor _variance;

    public FrozenBatchNorm(long channels, Device device)
        : base(nameof(FrozenBatchNorm))
    {
        _weight = Parameter(empty(channels, ScalarType.Float32, device));
        _bias = Parameter(empty(channels, ScalarType.Float32, device));
        _mean = empty(channels, ScalarType.Float32, device);
        _variance = empty(channels, ScalarType.Float32, device);
        RegisterComponents();
    }

    /// <param name="x">[batch, channels, height, width].</param>
    /// <returns>[batch, channels, height, width].</returns>
    public override Tensor forward(Tensor x) => functional.batch_norm(x, _mean, _variance, _weight, _bias);
}
