using PromptKD.Models.Towers.Layers;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.FastVit;

/// <summary>Weighs each channel by what two layers make of the means of all (arXiv 1709.01507).</summary>
internal sealed class SqueezeExcitation : Module<Tensor, Tensor>
{
    [ComponentName(Name = "fc1")]
    private readonly ConvolutionLayer _squeeze;

    [ComponentName(Name = "fc2")]
    private readonly ConvolutionLayer _excite;

    public SqueezeExcitation(TowerParts parts)
        : base(nameof(SqueezeExcitation))
    {
        _squeeze = new ConvolutionLayer(parts.Below("fc1"));
        _excite = new ConvolutionLayer(parts.Below("fc2"));
        RegisterComponents();
    }

    /// <param name="x">[batch, channels, height, width].</param>
    /// <returns>The shape of <paramref name="x"/>.</returns>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor means = x.mean([2L, 3L], keepdim: true); // [batch, channels, 1, 1]
        Tensor weights = _excite.call(functional.relu(_squeeze.call(means))).sigmoid();
        return x.mul(weights).MoveToOuterDisposeScope();
    }
}
