using PromptKD.Models.Towers.Layers;
using PromptKD.Models.Towers.MobileNet;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.FastVit;

/// <summary>The perceptron of FastViT: a depthwise convolution of 7 × 7 with normalisation, then two layers at each
/// place.</summary>
internal sealed class ConvolutionPerceptron : Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv")]
    private readonly NormalisedConvolution _convolution;

    [ComponentName(Name = "fc1")]
    private readonly ConvolutionLayer _first;

    [ComponentName(Name = "fc2")]
    private readonly ConvolutionLayer _last;

    public ConvolutionPerceptron(TowerParts parts)
        : base(nameof(ConvolutionPerceptron))
    {
        _convolution = new NormalisedConvolution(parts.Below("conv"), isActivated: false);
        _first = new ConvolutionLayer(parts.Below("fc1"));
        _last = new ConvolutionLayer(parts.Below("fc2"));
        RegisterComponents();
    }

    /// <param name="x">[batch, channels, height, width].</param>
    /// <returns>The shape of <paramref name="x"/>.</returns>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        return _last.call(functional.gelu(_first.call(_convolution.call(x)))).MoveToOuterDisposeScope();
    }
}
