using PromptKD.Models.Towers.Layers;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.MobileNet;

/// <summary>A convolution without bias, then batch normalisation, then ReLU where it is asked for.</summary>
internal sealed class NormalisedConvolution : Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv")]
    private readonly ConvolutionLayer _convolution;

    [ComponentName(Name = "bn")]
    private readonly BatchNormLayer _norm;

    private readonly bool _isActivated;

    public NormalisedConvolution(TowerParts parts, bool isActivated, long stride = 1)
        : base(nameof(NormalisedConvolution))
    {
        _convolution = new ConvolutionLayer(parts.Below("conv"), stride);
        _norm = new BatchNormLayer(parts.Below("bn"));
        _isActivated = isActivated;
        RegisterComponents();
    }

    /// <param name="x">[batch, inputs, height, width].</param>
    /// <returns>[batch, outputs, height / stride, width / stride].</returns>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor y = _norm.call(_convolution.call(x));
        return (_isActivated ? functional.relu(y) : y).MoveToOuterDisposeScope();
    }
}
