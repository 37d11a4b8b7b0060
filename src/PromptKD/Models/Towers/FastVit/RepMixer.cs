using PromptKD.Models.Towers.Layers;
using PromptKD.Runtime;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.FastVit;

/// <summary>
/// Mixes neighbouring places (FastViT, arXiv 2303.14189): x + scale · (mixer(x) − norm(x)), or the one convolution that
/// this amounts to.
/// </summary>
internal sealed class RepMixer : Module<Tensor, Tensor>
{
    [ComponentName(Name = "reparam_conv")]
    private readonly ConvolutionLayer? _merged;

    [ComponentName(Name = "norm")]
    private readonly BranchedConvolution? _norm;

    [ComponentName(Name = "mixer")]
    private readonly BranchedConvolution? _mixer;

    [ComponentName(Name = "layer_scale")]
    private readonly ChannelScale? _scale;

    public RepMixer(TowerParts parts)
        : base(nameof(RepMixer))
    {
        if (parts.Has("reparam_conv.weight"))
        {
            _merged = new ConvolutionLayer(parts.Below("reparam_conv"));
        }
        else
        {
            _norm = new BranchedConvolution(parts.Below("norm"), isActivated: false);
            _mixer = new BranchedConvolution(parts.Below("mixer"), isActivated: false);
            _scale = new ChannelScale(parts.Below("layer_scale"), 3);
        }

        RegisterComponents();
    }

    /// <param name="x">[batch, channels, height, width].</param>
    /// <returns>The shape of <paramref name="x"/>.</returns>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor y = _merged is not null
            ? _merged.call(x)
            : x.Plus(_scale!.call(_mixer!.call(x).Plus(_norm!.call(x).neg())));
        return y.MoveToOuterDisposeScope();
    }
}
