using System.Globalization;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Clip;

/// <summary>
/// CLIP's ResNet: a stem of three convolutions, four stages of residual blocks, and attention in place of the average
/// at the end. It has no tokens before that, so it takes no prompts.
/// </summary>
/// <remarks>CLIP paper (arXiv 2103.00020), section 2.4.</remarks>
internal sealed class ResNet : ImageEncoder
{
    [ComponentName(Name = "conv1")]
    private readonly Convolution _stem1;

    [ComponentName(Name = "bn1")]
    private readonly FrozenBatchNorm _stemNorm1;

    [ComponentName(Name = "conv2")]
    private readonly Convolution _stem2;

    [ComponentName(Name = "bn2")]
    private readonly FrozenBatchNorm _stemNorm2;

    [ComponentName(Name = "conv3")]
    private readonly Convolution _stem3;

    [ComponentName(Name = "bn3")]
    private readonly FrozenBatchNorm _stemNorm3;

    [ComponentName(Name = "layer1")]
    private readonly Sequential _stage1;

    [ComponentName(Name = "layer2")]
    private readonly Sequential _stage2;

    [ComponentName(Name = "layer3")]
    private readonly Sequential _stage3;

    [ComponentName(Name = "layer4")]
    private readonly Sequential _stage4;

    [ComponentName(Name = "attnpool")]
    private readonly AttentionPool _pool;

    /// <param name="architecture">The sizes of this tower.</param>
    /// <param name="stages">Its stages.</param>
    /// <param name="type">Element type of all but the normalisations.</param>
    /// <param name="device">Where to compute.</param>
    public ResNet(ClipArchitecture architecture, ResNetStages stages, ScalarType type, Device device)
        : base(nameof(ResNet), architecture)
    {
        int width = architecture.StemWidth;
        _stem1 = new Convolution(3, width / 2, 3, type, device, stride: 2);
        _stemNorm1 = new FrozenBatchNorm(width / 2, device);
        _stem2 = new Convolution(width / 2, width / 2, 3, type, device);
        _stemNorm2 = new FrozenBatchNorm(width / 2, device);
        _stem3 = new Convolution(width / 2, width, 3, type, device);
        _stemNorm3 = new FrozenBatchNorm(width, device);
        _stage1 = Stage(width, width, stages.First, 1, type, device);
        _stage2 = Stage(4 * width, 2 * width, stages.Second, 2, type, device);
        _stage3 = Stage(8 * width, 4 * width, stages.Third, 2, type, device);
        _stage4 = Stage(16 * width, 8 * width, stages.Fourth, 2, type, device);
        _pool = new AttentionPool(architecture, type, device);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override (ScalarType Type, Device Device) Placement => _pool.Placement;

    /// <inheritdoc/>
    public override Tensor forward(Tensor images, LayerPrompts? prompts)
    {
        if (prompts is not null)
        {
            Architecture.RequireTransformer(Architecture.Name);
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor features = _pool.forward(Run(images, observe: null));
        return features.to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    /// <remarks>Gives the output of each of the four stages, [batch, channels, height, width].</remarks>
    public override void Trace(Tensor images, LayerPrompts? prompts, Action<int, Tensor> observe)
    {
        using DisposeScope scope = NewDisposeScope();
        Run(images, observe);
    }

    private static Sequential Stage(long inputs, long width, int blocks, int stride, ScalarType type, Device device) =>
        Sequential(Enumerable.Range(0, blocks).Select(block => (
            block.ToString(CultureInfo.InvariantCulture),
            (Module<Tensor, Tensor>)(block == 0
                ? new BottleneckBlock(inputs, width, stride, type, device)
                : new BottleneckBlock(BottleneckBlock.Expansion * width, width, 1, type, device)))));

    // [batch, 3, size, size] → [batch, width, size / 32, size / 32]
    private Tensor Run(Tensor images, Action<int, Tensor>? observe)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Stem(images.to(Placement.Type, Placement.Device));
        Sequential[] stages = [_stage1, _stage2, _stage3, _stage4];
        for (int stage = 0; stage < stages.Length; stage++)
        {
            x = stages[stage].forward(x);
            observe?.Invoke(stage, x);
        }

        return x.MoveToOuterDisposeScope();
    }

    // [batch, 3, size, size] → [batch, stem width, size / 4, size / 4]
    private Tensor Stem(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        x = _stemNorm1.forward(_stem1.forward(x)).relu_();
        x = _stemNorm2.forward(_stem2.forward(x)).relu_();
        x = _stemNorm3.forward(_stem3.forward(x)).relu_();
        return functional.avg_pool2d(x, kernel_size: 2).MoveToOuterDisposeScope();
    }
}
