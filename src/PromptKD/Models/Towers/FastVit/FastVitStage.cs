using System.Globalization;
using PromptKD.Models.Towers.Layers;
using PromptKD.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.FastVit;

/// <summary>A stage of FastViT: halved by a large kernel but for the first one, places added where the file has some,
/// blocks.</summary>
internal sealed class FastVitStage : Module<Tensor, Tensor>
{
    [ComponentName(Name = "downsample")]
    private readonly Downsampling? _downsampling;

    [ComponentName(Name = "pos_emb")]
    private readonly ConditionalPositions? _positions;

    [ComponentName(Name = "blocks")]
    private readonly Sequential _blocks;

    public FastVitStage(TowerParts parts)
        : base(nameof(FastVitStage))
    {
        _downsampling = parts.Shapes.HasBelow("downsample") ? new Downsampling(parts.Below("downsample")) : null;
        _positions = parts.Shapes.HasBelow("pos_emb") ? new ConditionalPositions(parts.Below("pos_emb")) : null;
        _blocks = Sequential(Enumerable.Range(0, parts.Shapes.Count("blocks")).Select(index => (
            index.ToString(CultureInfo.InvariantCulture),
            (Module<Tensor, Tensor>)new FastVitBlock(parts.Below("blocks", index)))));
        RegisterComponents();
    }

    /// <param name="x">[batch, inputs, height, width].</param>
    /// <returns>[batch, channels, height / 2, width / 2]; of the first stage, as high and wide as before.</returns>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        x = _downsampling?.call(x) ?? x;
        x = _positions?.call(x) ?? x;
        return _blocks.call(x).MoveToOuterDisposeScope();
    }

    /// <summary>A large kernel, then a convolution of a single place.</summary>
    private sealed class Downsampling : Module<Tensor, Tensor>
    {
        [ComponentName(Name = "proj")]
        private readonly Sequential _projection;

        public Downsampling(TowerParts parts)
            : base(nameof(Downsampling))
        {
            _projection = Sequential(
                ("0", new LargeKernel(parts.Below("proj", 0))), ("1", new BranchedConvolution(parts.Below("proj", 1))));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => _projection.call(x);
    }

    /// <summary>Positions that a convolution makes of the map itself: x + conv(x), or the one that this amounts
    /// to.</summary>
    private sealed class ConditionalPositions : Module<Tensor, Tensor>
    {
        [ComponentName(Name = "pos_enc")]
        private readonly ConvolutionLayer? _positions;

        [ComponentName(Name = "reparam_conv")]
        private readonly ConvolutionLayer? _merged;

        public ConditionalPositions(TowerParts parts)
            : base(nameof(ConditionalPositions))
        {
            bool isMerged = parts.Has("reparam_conv.weight");
            _merged = isMerged ? new ConvolutionLayer(parts.Below("reparam_conv")) : null;
            _positions = isMerged ? null : new ConvolutionLayer(parts.Below("pos_enc"));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            return (_merged?.call(x) ?? x.Plus(_positions!.call(x))).MoveToOuterDisposeScope();
        }
    }
}
