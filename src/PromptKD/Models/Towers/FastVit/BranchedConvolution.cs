using PromptKD.Models.Towers.Layers;
using PromptKD.Models.Towers.MobileNet;
using PromptKD.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.FastVit;

/// <summary>
/// MobileOne's block (arXiv 2206.04040): branches of a kernel, of a single place and of nothing but a normalisation,
/// summed;
/// or, re-parameterised, the one convolution that they amount to. Then squeeze and excitation where the file has it,
/// then GELU.
/// </summary>
internal sealed class BranchedConvolution : Module<Tensor, Tensor>
{
    [ComponentName(Name = "reparam_conv")]
    private readonly ConvolutionLayer? _merged;

    [ComponentName(Name = "identity")]
    private readonly BatchNormLayer? _identity;

    [ComponentName(Name = "conv_scale")]
    private readonly NormalisedConvolution? _scale;

    [ComponentName(Name = "conv_kxk")]
    private readonly ModuleList<NormalisedConvolution>? _kernels;

    [ComponentName(Name = "se")]
    private readonly SqueezeExcitation? _excitation;

    private readonly bool _isActivated;

    public BranchedConvolution(TowerParts parts, long stride = 1, bool isActivated = true)
        : base(nameof(BranchedConvolution))
    {
        _isActivated = isActivated;
        if (parts.Has("reparam_conv.weight"))
        {
            _merged = new ConvolutionLayer(parts.Below("reparam_conv"), stride);
        }
        else
        {
            _identity = parts.Shapes.HasBelow("identity") ? new BatchNormLayer(parts.Below("identity")) : null;
            _scale = parts.Shapes.HasBelow("conv_scale")
                ? new NormalisedConvolution(parts.Below("conv_scale"), isActivated: false, stride)
                : null;
            int kernels = parts.Shapes.Count("conv_kxk");
            _kernels = kernels == 0 ? null : ModuleList([.. Enumerable.Range(0, kernels).Select(
                index => new NormalisedConvolution(parts.Below("conv_kxk", index), isActivated: false, stride))]);
        }

        _excitation = parts.Shapes.HasBelow("se") ? new SqueezeExcitation(parts.Below("se")) : null;
        RegisterComponents();
    }

    /// <param name="x">[batch, inputs, height, width].</param>
    /// <returns>[batch, outputs, height / stride, width / stride].</returns>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor y = _merged?.call(x) ?? Branches(x).Aggregate((sum, branch) => sum.Plus(branch));
        y = _excitation?.call(y) ?? y;
        return (_isActivated ? functional.gelu(y) : y).MoveToOuterDisposeScope();
    }

    private IEnumerable<Tensor> Branches(Tensor x)
    {
        if (_scale is not null)
        {
            yield return _scale.call(x);
        }

        if (_identity is not null)
        {
            yield return _identity.call(x);
        }

        foreach (NormalisedConvolution kernel in _kernels ?? Enumerable.Empty<NormalisedConvolution>())
        {
            yield return kernel.call(x);
        }
    }
}
