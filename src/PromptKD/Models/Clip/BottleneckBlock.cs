using PromptKD.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Clip;

/// <summary>
/// A residual block of a ResNet: three convolutions, the middle one of fewer channels, added to the block's input.
/// Where the feature map shrinks, both ways average before they convolve, so that every pixel counts.
/// </summary>
/// <remarks>ResNet-D (arXiv 1812.01187, section 4.2) with anti-aliasing; CLIP paper, section 2.4.</remarks>
internal sealed class BottleneckBlock : Module<Tensor, Tensor>
{
    /// <summary>A block has this many times as many output channels as channels inside.</summary>
    public const int Expansion = 4;

    [ComponentName(Name = "conv1")]
    private readonly Convolution _narrow;

    [ComponentName(Name = "bn1")]
    private readonly FrozenBatchNorm _narrowNorm;

    [ComponentName(Name = "conv2")]
    private readonly Convolution _spatial;

    [ComponentName(Name = "bn2")]
    private readonly FrozenBatchNorm _spatialNorm;

    [ComponentName(Name = "conv3")]
    private readonly Convolution _widen;

    [ComponentName(Name = "bn3")]
    private readonly FrozenBatchNorm _widenNorm;

    [ComponentName(Name = "downsample")]
    private readonly Sequential? _shortcut;

    private readonly int _stride;

    /// <param name="inputs">Channels that come in.</param>
    /// <param name="width">Channels inside; <see cref="Expansion"/> times as many go out.</param>
    /// <param name="stride">1, or 2 to halve height and width.</param>
    /// <param name="type">Element type of the convolutions.</param>
    /// <param name="device">Where to compute.</param>
    public BottleneckBlock(long inputs, long width, int stride, ScalarType type, Device device)
        : base(nameof(BottleneckBlock))
    {
        long outputs = Expansion * width;
        _stride = stride;
        _narrow = new Convolution(inputs, width, 1, type, device);
        _narrowNorm = new FrozenBatchNorm(width, device);
        _spatial = new Convolution(width, width, 3, type, device);
        _spatialNorm = new FrozenBatchNorm(width, device);
        _widen = new Convolution(width, outputs, 1, type, device);
        _widenNorm = new FrozenBatchNorm(outputs, device);
        _shortcut = stride == 1 && inputs == outputs
            ? null
            : Sequential(
                ("0", new Convolution(inputs, outputs, 1, type, device)),
                ("1", new FrozenBatchNorm(outputs, device)));
        RegisterComponents();
    }

    /// <param name="x">[batch, inputs, height, width].</param>
    /// <returns>[batch, outputs, height / stride, width / stride].</returns>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor branch = _narrowNorm.forward(_narrow.forward(x)).relu_();
        branch = Shrink(_spatialNorm.forward(_spatial.forward(branch)).relu_());
        branch = _widenNorm.forward(_widen.forward(branch));
        Tensor shortcut = _shortcut is null ? x : _shortcut.forward(Shrink(x));
        return branch.Plus(shortcut).relu_().MoveToOuterDisposeScope();
    }

    private Tensor Shrink(Tensor x) => _stride == 1 ? x : functional.avg_pool2d(x, kernel_size: _stride);
}
