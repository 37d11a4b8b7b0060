using PromptKD.Models.Towers.Layers;
using PromptKD.Runtime;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.MobileNet;

/// <summary>
/// A block of MobileNetV4 that is no inverted bottleneck: one convolution with normalisation and ReLU; or, where the
/// file
/// has two, a wide one with them and one that narrows again without ReLU.
/// </summary>
internal sealed class PlainBlock : Module<Tensor, Tensor>
{
    [ComponentName(Name = "conv")]
    private readonly ConvolutionLayer? _convolution;

    [ComponentName(Name = "conv_exp")]
    private readonly ConvolutionLayer? _expansion;

    [ComponentName(Name = "bn1")]
    private readonly BatchNormLayer _norm;

    [ComponentName(Name = "conv_pwl")]
    private readonly ConvolutionLayer? _projection;

    [ComponentName(Name = "bn2")]
    private readonly BatchNormLayer? _projectionNorm;

    private readonly long _stride;

    public PlainBlock(TowerParts parts, long stride)
        : base(nameof(PlainBlock))
    {
        _stride = stride;
        if (parts.Has("conv_exp.weight"))
        {
            _expansion = new ConvolutionLayer(parts.Below("conv_exp"), stride);
            _projection = new ConvolutionLayer(parts.Below("conv_pwl"));
            _projectionNorm = new BatchNormLayer(parts.Below("bn2"));
        }
        else
        {
            _convolution = new ConvolutionLayer(parts.Below("conv"), stride);
        }

        _norm = new BatchNormLayer(parts.Below("bn1"));
        RegisterComponents();
    }

    /// <param name="x">[batch, inputs, height, width].</param>
    /// <returns>[batch, outputs, height / stride, width / stride].</returns>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor y = functional.relu(_norm.call((_convolution ?? _expansion)!.call(x)));
        if (_projection is not null)
        {
            y = _projectionNorm!.call(_projection.call(y));
            y = _stride == 1 && y.shape[1] == x.shape[1] ? y.Plus(x) : y;
        }

        return y.MoveToOuterDisposeScope();
    }
}
