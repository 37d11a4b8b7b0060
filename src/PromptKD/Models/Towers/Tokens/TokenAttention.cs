using PromptKD.Models.Towers.Layers;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.Tokens;

/// <summary>
/// Multi-head self-attention: queries, keys and values by one layer (timm) or by three, of which that of keys may lack
/// a bias
/// (EVA-02). With a normalisation of the joined heads where the file has one.
/// </summary>
internal sealed class TokenAttention : Module<Tensor, TokenPlaces, Tensor>
{
    [ComponentName(Name = "qkv")]
    private readonly LinearLayer? _packed;

    [ComponentName(Name = "q_proj")]
    private readonly LinearLayer? _query;

    [ComponentName(Name = "k_proj")]
    private readonly LinearLayer? _key;

    [ComponentName(Name = "v_proj")]
    private readonly LinearLayer? _value;

    [ComponentName(Name = "norm")]
    private readonly NormLayer? _norm;

    [ComponentName(Name = "proj")]
    private readonly LinearLayer _output;

    private readonly long _heads;

    public TokenAttention(TowerParts parts, long heads)
        : base(nameof(TokenAttention))
    {
        _heads = heads;
        if (parts.Has("qkv.weight"))
        {
            _packed = new LinearLayer(parts.Below("qkv"));
        }
        else
        {
            _query = new LinearLayer(parts.Below("q_proj"));
            _key = new LinearLayer(parts.Below("k_proj"));
            _value = new LinearLayer(parts.Below("v_proj"));
        }

        _norm = parts.Has("norm.weight") ? new NormLayer(parts.Below("norm")) : null;
        _output = new LinearLayer(parts.Below("proj"));
        RegisterComponents();
    }

    /// <param name="x">[batch, tokens, width].</param>
    /// <param name="places">Where the patches stand, and how they are turned.</param>
    /// <returns>[batch, tokens, width].</returns>
    public override Tensor forward(Tensor x, TokenPlaces places)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] parts = _packed is null
            ? [_query!.call(x), _key!.call(x), _value!.call(x)]
            : _packed.call(x).chunk(3, dim: -1);
        Tensor[] heads =
            [.. parts.Select(part => part.reshape(part.shape[0], part.shape[1], _heads, -1).transpose(1, 2))];
        if (places.Rotation is { } rotation)
        {
            heads[0] = rotation.Turn(heads[0], places.FirstPatch);
            heads[1] = rotation.Turn(heads[1], places.FirstPatch);
        }

        Tensor mixed = functional.scaled_dot_product_attention(heads[0], heads[1], heads[2]).transpose(1, 2).flatten(2);
        return _output.call(_norm?.call(mixed) ?? mixed).MoveToOuterDisposeScope();
    }
}
