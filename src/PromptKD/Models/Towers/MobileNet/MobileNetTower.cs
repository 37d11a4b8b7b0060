using System.Globalization;
using PromptKD.Models.Clip;
using PromptKD.Models.Towers.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.MobileNet;

/// <summary>
/// MobileNetV4 of convolutions alone, under timm's names. The first block of a stage halves the map, unless it is one
/// convolution of a single place. Features are what its classifier stands on.
/// </summary>
internal sealed class MobileNetTower : ImageEncoder
{
    [ComponentName(Name = "conv_stem")]
    private readonly ConvolutionLayer _stem;

    [ComponentName(Name = "bn1")]
    private readonly BatchNormLayer _stemNorm;

    [ComponentName(Name = "blocks")]
    private readonly ModuleList<Sequential> _stages;

    [ComponentName(Name = "conv_head")]
    private readonly ConvolutionLayer _head;

    [ComponentName(Name = "norm_head")]
    private readonly BatchNormLayer _headNorm;

    public MobileNetTower(ClipArchitecture architecture, TowerParts parts)
        : base(nameof(MobileNetTower), architecture)
    {
        _stem = new ConvolutionLayer(parts.Below("conv_stem"), stride: 2);
        _stemNorm = new BatchNormLayer(parts.Below("bn1"));
        int stages = parts.Shapes.Count("blocks");
        _stages = ModuleList([.. Enumerable.Range(0, stages).Select(stage => MakeStage(parts, stage))]);
        _head = new ConvolutionLayer(parts.Below("conv_head"));
        _headNorm = new BatchNormLayer(parts.Below("norm_head"));
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override (ScalarType Type, Device Device) Placement
    {
        get
        {
            Parameter weight = _stem.parameters().First();
            return (weight.dtype, weight.device);
        }
    }

    /// <summary>Refuses blocks that this tower cannot have.</summary>
    /// <exception cref="PromptKDException">It is a hybrid one, with attention.</exception>
    public static void Check(TensorShapes shapes)
    {
        if (shapes.All.Any(one => one.Key.Contains(".attn.", StringComparison.Ordinal)))
        {
            throw new PromptKDException(
                $"{shapes.Source}: a hybrid MobileNetV4, with attention among its convolutions, which is not supported. Use "
                + "mobilenetv4_conv_small or mobilenetv4_conv_medium.");
        }

        if (shapes.All.Any(one => one.Key.Contains(".layer_scale.", StringComparison.Ordinal)))
        {
            throw new PromptKDException(
                $"{shapes.Source}: a MobileNetV4 with layer scales, which is not supported. Use mobilenetv4_conv_small or "
                + "mobilenetv4_conv_medium.");
        }
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor images, LayerPrompts? prompts)
    {
        RefusePrompts(prompts);
        using DisposeScope scope = NewDisposeScope();
        Tensor pooled = Run(images, observe: null).mean([2L, 3L], keepdim: true);
        Tensor features = functional.relu(_headNorm.call(_head.call(pooled))).flatten(1);
        return features.to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override void Trace(Tensor images, LayerPrompts? prompts, Action<int, Tensor> observe)
    {
        RefusePrompts(prompts);
        using DisposeScope scope = NewDisposeScope();
        Run(images, observe);
    }

    private static Sequential MakeStage(TowerParts parts, int stage) => Sequential(
        Enumerable.Range(0, parts.Shapes.Count($"blocks.{stage}")).Select(index => (
            index.ToString(CultureInfo.InvariantCulture), MakeBlock(parts.Below("blocks", stage).Below($"{index}"), index))));

    private static Module<Tensor, Tensor> MakeBlock(TowerParts parts, int index)
    {
        bool isOnePlace = parts.Has("conv.weight") && parts.Shape("conv.weight", 4)[2] == 1;
        long stride = index == 0 && !isOnePlace ? 2 : 1;
        return parts.Shapes.HasBelow("pw_exp") ? new InvertedBottleneck(parts, stride) : new PlainBlock(parts, stride);
    }

    // [batch, 3, height, width] → [batch, channels, height / 32, width / 32]
    private Tensor Run(Tensor images, Action<int, Tensor>? observe)
    {
        using DisposeScope scope = NewDisposeScope();
        (ScalarType type, Device device) = Placement;
        Tensor x = functional.relu(_stemNorm.call(_stem.call(images.to(type, device))));
        for (int stage = 0; stage < _stages.Count; stage++)
        {
            using DisposeScope step = NewDisposeScope();
            x = _stages[stage].call(x);
            observe?.Invoke(stage, x);
            x = x.MoveToOuterDisposeScope();
        }

        return x.MoveToOuterDisposeScope();
    }
}
