using PromptKD.Models.Clip;
using PromptKD.Models.Towers.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.FastVit;

/// <summary>
/// FastViT as MobileCLIP uses it (arXiv 2311.17049), under timm's names, as it was trained or re-parameterised.
/// Features are
/// the CLIP embedding that its last layer gives, or, without one, the mean of the map.
/// </summary>
internal sealed class FastVitTower : StagedTower
{
    [ComponentName(Name = "stem")]
    private readonly Sequential _stem;

    [ComponentName(Name = "stages")]
    private readonly ModuleList<FastVitStage> _stages;

    [ComponentName(Name = "final_conv")]
    private readonly BranchedConvolution _last;

    [ComponentName(Name = "head")]
    private readonly Head? _head;

    public FastVitTower(ClipArchitecture architecture, TowerParts parts)
        : base(nameof(FastVitTower), architecture)
    {
        // 3 × 3 with a step of 2, the same depthwise, then a single place.
        _stem = Sequential(
            ("0", new BranchedConvolution(parts.Below("stem", 0), stride: 2)),
            ("1", new BranchedConvolution(parts.Below("stem", 1), stride: 2)),
            ("2", new BranchedConvolution(parts.Below("stem", 2))));
        int stages = parts.Shapes.Count("stages");
        _stages = ModuleList(
            [.. Enumerable.Range(0, stages).Select(stage => new FastVitStage(parts.Below("stages", stage)))]);
        _last = new BranchedConvolution(parts.Below("final_conv"));
        _head = parts.Has("head.fc.weight") ? new Head(parts.Below("head")) : null;
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected override IEnumerable<Module<Tensor, Tensor>> Stages => _stages;

    /// <summary>Refuses what this tower cannot be.</summary>
    /// <exception cref="PromptKDException">It is a larger one, of another kind.</exception>
    public static void Check(TensorShapes shapes)
    {
        if (shapes.HasBelow("stages.4"))
        {
            throw new PromptKDException(
                $"{shapes.Source}: a FastViT of five stages, as MobileCLIP2-S3 and -S4 have, which is not supported. "
                + "Use S0, S1 or S2.");
        }
    }

    /// <inheritdoc/>
    protected override Tensor Begin(Tensor pixels) => _stem.call(pixels);

    /// <inheritdoc/>
    protected override Tensor End(Tensor map)
    {
        Tensor pooled = _last.call(map).mean([2L, 3L]);
        return _head?.call(pooled) ?? pooled;
    }

    private sealed class Head : Module<Tensor, Tensor>
    {
        [ComponentName(Name = "fc")]
        private readonly LinearLayer _layer;

        public Head(TowerParts parts)
            : base(nameof(Head))
        {
            _layer = new LinearLayer(parts.Below("fc"));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => _layer.call(x);
    }
}
