using System.Globalization;
using PromptKD.Models.Clip;
using PromptKD.Models.Towers.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.ConvNeXt;

/// <summary>
/// ConvNeXt (arXiv 2201.03545) under timm's names, with open_clip's projection behind it where the file has one.
/// </summary>
internal sealed class ConvNeXtTower : StagedTower
{
    [ComponentName(Name = "stem")]
    private readonly Sequential _stem;

    [ComponentName(Name = "stages")]
    private readonly ModuleList<Stage> _stages;

    [ComponentName(Name = "head")]
    private readonly Head _head;

    public ConvNeXtTower(ClipArchitecture architecture, TowerParts parts)
        : base(nameof(ConvNeXtTower), architecture)
    {
        TowerParts patches = parts.Below("stem", 0);
        _stem = Sequential(
            ("0", new ConvolutionLayer(patches, patches.Shape("weight", 4)[2], padding: 0)),
            ("1", new NormLayer(parts.Below("stem", 1), ofChannels: true)));
        int stages = parts.Shapes.Count("stages");
        _stages = ModuleList([.. Enumerable.Range(0, stages).Select(stage => new Stage(parts.Below("stages", stage)))]);
        _head = new Head(parts.Below("head"));
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected override IEnumerable<Module<Tensor, Tensor>> Stages => _stages;

    /// <inheritdoc/>
    protected override Tensor Begin(Tensor pixels) => _stem.call(pixels);

    /// <inheritdoc/>
    protected override Tensor End(Tensor map) => _head.call(map.mean([2L, 3L]));

    /// <summary>Halved by a normalisation and a convolution but for the first one, then blocks.</summary>
    private sealed class Stage : Module<Tensor, Tensor>
    {
        [ComponentName(Name = "downsample")]
        private readonly Sequential? _downsampling;

        [ComponentName(Name = "blocks")]
        private readonly Sequential _blocks;

        public Stage(TowerParts parts)
            : base(nameof(Stage))
        {
            if (parts.Shapes.HasBelow("downsample"))
            {
                TowerParts convolution = parts.Below("downsample", 1);
                _downsampling = Sequential(
                    ("0", new NormLayer(parts.Below("downsample", 0), ofChannels: true)),
                    ("1", new ConvolutionLayer(convolution, convolution.Shape("weight", 4)[2], padding: 0)));
            }

            _blocks = Sequential(Enumerable.Range(0, parts.Shapes.Count("blocks")).Select(index => (
                index.ToString(CultureInfo.InvariantCulture),
                (Module<Tensor, Tensor>)new ConvNeXtBlock(parts.Below("blocks", index)))));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            return _blocks.call(_downsampling?.call(x) ?? x).MoveToOuterDisposeScope();
        }
    }

    /// <summary>Normalises the means of the map, and projects them.</summary>
    private sealed class Head : Module<Tensor, Tensor>
    {
        [ComponentName(Name = "norm")]
        private readonly NormLayer _norm;

        [ComponentName(Name = "proj")]
        private readonly LinearLayer? _projection;

        public Head(TowerParts parts)
            : base(nameof(Head))
        {
            _norm = new NormLayer(parts.Below("norm"));
            _projection = parts.Has("proj.weight") ? new LinearLayer(parts.Below("proj")) : null;
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor pooled = _norm.call(x);
            return (_projection?.call(pooled) ?? pooled).MoveToOuterDisposeScope();
        }
    }
}
