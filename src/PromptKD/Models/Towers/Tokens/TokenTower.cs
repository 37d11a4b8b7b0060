using PromptKD.Models.Clip;
using PromptKD.Models.Towers.Layers;
using PromptKD.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.Tokens;

/// <summary>
/// The vision transformers of timm, DeiT, DINOv2, SigLIP and EVA-02 under timm's names. Which tokens stand in front of
/// the
/// patches, what is normalised where and how tokens become one feature is read from the tensors and their description.
/// Learned tokens stand behind the patches, and are left out where tokens are averaged or attended to.
/// </summary>
internal sealed class TokenTower : ImageEncoder
{
    [ComponentName(Name = "cls_token")]
    private readonly Parameter? _classToken;

    [ComponentName(Name = "dist_token")]
    private readonly Parameter? _distillationToken;

    [ComponentName(Name = "reg_token")]
    private readonly Parameter? _registers;

    [ComponentName(Name = "pos_embed")]
    private readonly Parameter _positions;

    [ComponentName(Name = "patch_embed")]
    private readonly PatchLayer _patches;

    [ComponentName(Name = "norm_pre")]
    private readonly NormLayer? _inputNorm;

    [ComponentName(Name = "blocks")]
    private readonly ModuleList<TokenBlock> _blocks;

    [ComponentName(Name = "norm")]
    private readonly NormLayer? _tokenNorm;

    [ComponentName(Name = "fc_norm")]
    private readonly NormLayer? _featureNorm;

    [ComponentName(Name = "attn_pool")]
    private readonly AttentionPooling? _pooling;

    [ComponentName(Name = "head")]
    private readonly LinearLayer? _head;

    private readonly TowerDescription _description;
    private readonly long _placedPrefix;
    private readonly long _rotatedWidth;
    private Rotation? _rotation;
    private (long Rows, long Columns) _rotated;

    public TokenTower(ClipArchitecture architecture, TowerParts parts)
        : base(nameof(TokenTower), architecture)
    {
        _description = parts.Description;
        int heads = architecture.VisionHeads;
        _classToken = parts.UnsetOrNone("cls_token", 3);
        _distillationToken = parts.UnsetOrNone("dist_token", 3);
        _registers = parts.UnsetOrNone("reg_token", 3);
        _positions = parts.Unset("pos_embed", 3);
        _placedPrefix = TokenShapes.PlacedPrefix(parts.Shapes);
        _patches = new PatchLayer(parts.Below("patch_embed"));
        _inputNorm = NormOrNone(parts, "norm_pre");
        int layers = parts.Shapes.Count("blocks");
        _blocks = ModuleList(
            [.. Enumerable.Range(0, layers).Select(i => new TokenBlock(parts.Below("blocks", i), heads))]);
        _tokenNorm = NormOrNone(parts, "norm");
        _featureNorm = NormOrNone(parts, "fc_norm");
        _pooling = parts.Has("attn_pool.latent") ? new AttentionPooling(parts.Below("attn_pool"), heads) : null;
        _head = parts.Has("head.weight") ? new LinearLayer(parts.Below("head")) : null;
        _rotatedWidth = _description.Family == TowerFamilies.Eva02 ? architecture.VisionWidth / heads : 0;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override (ScalarType Type, Device Device) Placement => (_positions.dtype, _positions.device);

    /// <inheritdoc/>
    public override Tensor forward(Tensor images, LayerPrompts? prompts)
    {
        using DisposeScope scope = NewDisposeScope();
        TokenPlaces places = PlacesOf(images);
        Tensor tokens = Run(images, prompts, places, observe: null);
        return Finish(tokens, places).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    /// <remarks>Gives the input of layer 0 as −1, then the output of each layer, [batch, tokens, width].</remarks>
    public override void Trace(Tensor images, LayerPrompts? prompts, Action<int, Tensor> observe)
    {
        using DisposeScope scope = NewDisposeScope();
        Run(images, prompts, PlacesOf(images), observe);
    }

    /// <summary>Pooled tokens, before a projection: what a classifier of this tower stands on.</summary>
    /// <param name="images">[batch, 3, height, width].</param>
    /// <returns>The tokens behind the last normalisation of tokens, float32, [batch, tokens, width].</returns>
    public Tensor Tokens(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor tokens = Run(images, prompts: null, PlacesOf(images), observe: null);
        return Normalised(tokens).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _rotation?.Dispose();
        }

        base.Dispose(disposing);
    }

    private static NormLayer? NormOrNone(TowerParts parts, string name) =>
        parts.Has($"{name}.weight") ? new NormLayer(parts.Below(name)) : null;

    private TokenPlaces PlacesOf(Tensor images)
    {
        (long rows, long columns) = (images.shape[2] / _patches.Size, images.shape[3] / _patches.Size);
        if (_rotatedWidth > 0 && _rotated != (rows, columns))
        {
            _rotation?.Dispose();
            _rotation = new Rotation(rows, columns, _rotatedWidth, Placement.Device);
            _rotated = (rows, columns);
        }

        long first = (_classToken is null ? 0 : 1) + (_distillationToken is null ? 0 : 1) + (_registers?.shape[1] ?? 0);
        return new TokenPlaces(first, rows * columns, _rotation);
    }

    private Tensor Run(Tensor images, LayerPrompts? prompts, TokenPlaces places, Action<int, Tensor>? observe)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Embed(images, prompts, places);
        observe?.Invoke(-1, x);
        for (int layer = 0; layer < _blocks.Count; layer++)
        {
            // Without gradients, each layer's input can go as soon as its output is there.
            using DisposeScope step = NewDisposeScope();
            x = _blocks[layer].call(prompts?.Apply(x, layer, places.End) ?? x, places);
            observe?.Invoke(layer, x);
            x = x.MoveToOuterDisposeScope();
        }

        return x.MoveToOuterDisposeScope();
    }

    // [batch, 3, height, width] → [batch, prefix + patches + prompts, width]
    private Tensor Embed(Tensor images, LayerPrompts? prompts, TokenPlaces places)
    {
        using DisposeScope scope = NewDisposeScope();
        (ScalarType type, Device device) = Placement;
        Tensor pixels = images.to(type, device);
        Tensor table = _positions.squeeze(0);
        Tensor grid = table.narrow(0, _placedPrefix, table.shape[0] - _placedPrefix);
        (long rows, long columns) = (pixels.shape[2] / _patches.Size, pixels.shape[3] / _patches.Size);
        if (rows * rows != grid.shape[0] || rows != columns)
        {
            grid = PositionGrid.Resample(grid, rows, columns, _description.Positions).to(type);
        }

        Tensor patches = _patches.call(pixels).Plus(grid);
        List<Tensor> sequence = [];
        foreach (Tensor token in new Tensor?[] { _classToken, _distillationToken, _registers }.OfType<Tensor>())
        {
            // The first of them have places of their own in the table.
            Tensor placed = sequence.Count < _placedPrefix ? token.Plus(table.narrow(0, sequence.Count, 1)) : token;
            sequence.Add(placed.expand(pixels.shape[0], -1, -1));
        }

        sequence.Add(patches);
        if (prompts is not null)
        {
            sequence.Add(prompts.Expand(0, pixels.shape[0], type));
        }

        Tensor x = sequence.Count == 1 ? patches : cat(sequence, dim: 1);
        return (_inputNorm?.call(x) ?? x).MoveToOuterDisposeScope();
    }

    private Tensor Normalised(Tensor tokens) => _tokenNorm?.call(tokens) ?? tokens;

    // [batch, tokens, width] → [batch, embedding]
    private Tensor Finish(Tensor tokens, TokenPlaces places)
    {
        Tensor x = Normalised(tokens);
        Tensor patches = x.narrow(1, places.FirstPatch, places.Patches);
        Tensor pooled = _description.Pooling switch
        {
            TokenPooling.Average => patches.mean([1L]),
            TokenPooling.Attention => _pooling!.call(patches),
            _ when _distillationToken is not null => x.narrow(1, 0, 2).mean([1L]),
            _ => x.select(1, 0),
        };
        pooled = _featureNorm?.call(pooled) ?? pooled;
        return _head?.call(pooled) ?? pooled;
    }
}
