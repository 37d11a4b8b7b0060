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
internal sealed class MobileNetTower : StagedTower
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
    protected override IEnumerable<Module<Tensor, Tensor>> Stages => _stages;

    /// <summary>Refuses blocks that this tower cannot have.</summary>
    /// <exception cref="PromptKDException">It is a hybrid one, with attention.</exception>
    public static void Check(TensorShapes shapes)
    {
        if (shapes.All.Any(one => one.Key.Contains(".attn.", StringComparison.Ordinal)))
        {
            throw new PromptKDException(
                $"{shapes.Source}: a hybrid MobileNetV4, with attention among its convolutions, which is not "
                + "supported. Use mobilenetv4_conv_small or mobilenetv4_conv_medium.");
        }

        if (shapes.All.Any(one => one.Key.Contains(".layer_scale.", StringComparison.Ordinal)))
        {
            throw new PromptKDException(
                $"{shapes.Source}: a MobileNetV4 with layer scales, which is not supported. Use mobilenetv4_conv_small "
                + "or mobilenetv4_conv_medium.");
        }
    }

    /// <inheritdoc/>
    protected override Tensor Begin(Tensor pixels) => functional.relu(_stemNorm.call(_stem.call(pixels)));

    /// <inheritdoc/>
    protected override Tensor End(Tensor map) =>
        functional.relu(_headNorm.call(_head.call(map.mean([2L, 3L], keepdim: true)))).flatten(1);

    private static Sequential MakeStage(TowerParts parts, int stage) => Sequential(
        Enumerable.Range(0, parts.Shapes.Count($"blocks.{stage}")).Select(index => (
            index.ToString(CultureInfo.InvariantCulture),
            MakeBlock(parts.Below("blocks", stage).Below($"{index}"), index))));

    private static Module<Tensor, Tensor> MakeBlock(TowerParts parts, int index)
    {
        bool isOnePlace = parts.Has("conv.weight") && parts.Shape("conv.weight", 4)[2] == 1;
        long stride = index == 0 && !isOnePlace ? 2 : 1;
        return parts.Shapes.HasBelow("pw_exp") ? new InvertedBottleneck(parts, stride) : new PlainBlock(parts, stride);
    }
}
