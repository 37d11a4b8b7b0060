using PromptKD.Models.Towers.Layers;
using PromptKD.Models.Towers.MobileNet;
using PromptKD.Runtime;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.FastVit;

/// <summary>
/// Halves a map: a large kernel beside a small one, summed, or the one convolution that they amount to; squeeze and
/// excitation where the file has it; GELU.
/// </summary>
internal sealed class LargeKernel : Module<Tensor, Tensor>
{
    private const long Stride = 2;

    [ComponentName(Name = "reparam_conv")]
    private readonly ConvolutionLayer? _merged;

    [ComponentName(Name = "large_conv")]
    private readonly NormalisedConvolution? _large;

    [ComponentName(Name = "small_conv")]
    private readonly NormalisedConvolution? _small;

    [ComponentName(Name = "se")]
    private readonly SqueezeExcitation? _excitation;

    public LargeKernel(TowerParts parts)
        : base(nameof(LargeKernel))
    {
        if (parts.Has("reparam_conv.weight"))
        {
            _merged = new ConvolutionLayer(parts.Below("reparam_conv"), Stride);
        }
        else
        {
            _large = new NormalisedConvolution(parts.Below("large_conv"), isActivated: false, Stride);
            _small = parts.Shapes.HasBelow("small_conv")
                ? new NormalisedConvolution(parts.Below("small_conv"), isActivated: false, Stride)
                : null;
        }

        _excitation = parts.Shapes.HasBelow("se") ? new SqueezeExcitation(parts.Below("se")) : null;
        RegisterComponents();
    }

    /// <param name="x">[batch, inputs, height, width].</param>
    /// <returns>[batch, outputs, height / 2, width / 2].</returns>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor y = (_merged as Module<Tensor, Tensor> ?? _large)!.call(x);
        y = _small is null ? y : y.Plus(_small.call(x));
        return functional.gelu(_excitation?.call(y) ?? y).MoveToOuterDisposeScope();
    }
}
