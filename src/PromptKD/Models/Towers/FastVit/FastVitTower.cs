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
internal sealed class FastVitTower : ImageEncoder
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
        _stages = ModuleList([.. Enumerable.Range(0, stages).Select(stage => new FastVitStage(parts.Below("stages", stage)))]);
        _last = new BranchedConvolution(parts.Below("final_conv"));
        _head = parts.Has("head.fc.weight") ? new Head(parts.Below("head")) : null;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override (ScalarType Type, Device Device) Placement
    {
        get
        {
            Parameter weight = _stages[0].parameters().First();
            return (weight.dtype, weight.device);
        }
    }

    /// <summary>Refuses what this tower cannot be.</summary>
    /// <exception cref="PromptKDException">It is a larger one, of another kind.</exception>
    public static void Check(TensorShapes shapes)
    {
        if (shapes.HasBelow("stages.4"))
        {
            throw new PromptKDException(
                $"{shapes.Source}: a FastViT of five stages, as MobileCLIP2-S3 and -S4 have, which is not supported. Use S0, S1 "
                + "or S2.");
        }
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor images, LayerPrompts? prompts)
    {
        RefusePrompts(prompts);
        using DisposeScope scope = NewDisposeScope();
        Tensor pooled = _last.call(Run(images, observe: null)).mean([2L, 3L]);
        return (_head?.call(pooled) ?? pooled).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override void Trace(Tensor images, LayerPrompts? prompts, Action<int, Tensor> observe)
    {
        RefusePrompts(prompts);
        using DisposeScope scope = NewDisposeScope();
        Run(images, observe);
    }

    private Tensor Run(Tensor images, Action<int, Tensor>? observe)
    {
        using DisposeScope scope = NewDisposeScope();
        (ScalarType type, Device device) = Placement;
        Tensor x = _stem.call(images.to(type, device));
        for (int stage = 0; stage < _stages.Count; stage++)
        {
            using DisposeScope step = NewDisposeScope();
            x = _stages[stage].call(x);
            observe?.Invoke(stage, x);
            x = x.MoveToOuterDisposeScope();
        }

        return x.MoveToOuterDisposeScope();
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
