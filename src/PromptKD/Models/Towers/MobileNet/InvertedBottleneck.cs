using PromptKD.Runtime;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.MobileNet;

/// <summary>
/// MobileNetV4's universal inverted bottleneck (arXiv 2404.10518, section 3): an optional depthwise convolution,
/// expansion,
/// another optional depthwise convolution, projection. What it steps over, the later depthwise one does.
/// </summary>
internal sealed class InvertedBottleneck : Module<Tensor, Tensor>
{
    [ComponentName(Name = "dw_start")]
    private readonly NormalisedConvolution? _start;

    [ComponentName(Name = "pw_exp")]
    private readonly NormalisedConvolution _expansion;

    [ComponentName(Name = "dw_mid")]
    private readonly NormalisedConvolution? _middle;

    [ComponentName(Name = "pw_proj")]
    private readonly NormalisedConvolution _projection;

    private readonly long _stride;

    public InvertedBottleneck(TowerParts parts, long stride)
        : base(nameof(InvertedBottleneck))
    {
        _stride = stride;
        bool stepsInMiddle = parts.Shapes.HasBelow("dw_mid");
        _start = parts.Shapes.HasBelow("dw_start")
            ? new NormalisedConvolution(parts.Below("dw_start"), isActivated: false, stepsInMiddle ? 1 : stride)
            : null;
        _expansion = new NormalisedConvolution(parts.Below("pw_exp"), isActivated: true);
        _middle = stepsInMiddle ? new NormalisedConvolution(parts.Below("dw_mid"), isActivated: true, stride) : null;
        _projection = new NormalisedConvolution(parts.Below("pw_proj"), isActivated: false);
        RegisterComponents();
    }

    /// <param name="x">[batch, inputs, height, width].</param>
    /// <returns>[batch, outputs, height / stride, width / stride].</returns>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor y = _expansion.call(_start?.call(x) ?? x);
        y = _projection.call(_middle?.call(y) ?? y);
        return (_stride == 1 && y.shape[1] == x.shape[1] ? y.Plus(x) : y).MoveToOuterDisposeScope();
    }
}
