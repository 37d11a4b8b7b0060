using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.Layers;

/// <summary>
/// A convolution of the file's sizes, with a bias where the file has one. Groups follow from the channels that come in
/// and those that a kernel sees.
/// </summary>
internal sealed class ConvolutionLayer : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter? _bias;

    private readonly long _stride;
    private readonly long _padding;

    /// <param name="parts">Its shapes.</param>
    /// <param name="stride">Places from one output to the next.</param>
    /// <param name="padding">Zeros around the input; null for half a kernel, rounded down.</param>
    public ConvolutionLayer(TowerParts parts, long stride = 1, long? padding = null)
        : base(nameof(ConvolutionLayer))
    {
        _weight = parts.Unset("weight", 4);
        _bias = parts.UnsetOrNone("bias", 1);
        _stride = stride;
        _padding = padding ?? _weight.shape[2] / 2;
        RegisterComponents();
    }

    /// <summary>Channels that come out.</summary>
    public long Outputs => _weight.shape[0];

    /// <summary>Height and width of the kernel.</summary>
    public long Kernel => _weight.shape[2];

    /// <param name="x">[batch, inputs, height, width].</param>
    /// <returns>[batch, outputs, height / stride, width / stride], up to rounding.</returns>
    public override Tensor forward(Tensor x) =>
        WholeBlocks.Convolve(x, _weight, _bias, _stride, _padding, groups: x.shape[1] / _weight.shape[1]);
}
