using PromptKD.Models.Towers.Layers;
using PromptKD.Models.Towers.Tokens;
using PromptKD.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.ConvNeXt;

/// <summary>One block of ConvNeXt: a depthwise convolution, then normalisation and a perceptron at each place, scaled,
/// added.</summary>
internal sealed class ConvNeXtBlock : Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv_dw")]
    private readonly ConvolutionLayer _convolution;

    [ComponentName(Name = "norm")]
    private readonly NormLayer _norm;

    [ComponentName(Name = "mlp")]
    private readonly TokenPerceptron _perceptron;

    [ComponentName(Name = "gamma")]
    private readonly Parameter? _scale;

    public ConvNeXtBlock(TowerParts parts)
        : base(nameof(ConvNeXtBlock))
    {
        _convolution = new ConvolutionLayer(parts.Below("conv_dw"));
        _norm = new NormLayer(parts.Below("norm"));
        _perceptron = new TokenPerceptron(parts.Below("mlp"));
        _scale = parts.UnsetOrNone("gamma", 1);
        RegisterComponents();
    }

    /// <param name="x">[batch, channels, height, width].</param>
    /// <returns>The shape of <paramref name="x"/>.</returns>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor places = _convolution.call(x).permute(0, 2, 3, 1); // [batch, height, width, channels]
        Tensor y = _perceptron.call(_norm.call(places));
        y = _scale is null ? y : y.mul(_scale);
        return x.Plus(y.permute(0, 3, 1, 2)).MoveToOuterDisposeScope();
    }
}
