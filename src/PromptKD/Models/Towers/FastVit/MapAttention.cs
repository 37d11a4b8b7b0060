using PromptKD.Models.Towers.Layers;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Towers.FastVit;

/// <summary>Multi-head self-attention of the places of a map, with heads of 32 channels.</summary>
internal sealed class MapAttention : Module<Tensor, Tensor>
{
    private const long HeadWidth = 32;

    [ComponentName(Name = "qkv")]
    private readonly LinearLayer _packed;

    [ComponentName(Name = "proj")]
    private readonly LinearLayer _output;

    public MapAttention(TowerParts parts)
        : base(nameof(MapAttention))
    {
        _packed = new LinearLayer(parts.Below("qkv"));
        _output = new LinearLayer(parts.Below("proj"));
        RegisterComponents();
    }

    /// <param name="x">[batch, channels, height, width].</param>
    /// <returns>The shape of <paramref name="x"/>.</returns>
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor tokens = x.flatten(2).transpose(1, 2); // [batch, places, channels]
        Tensor[] heads =
        [
            .. _packed.call(tokens).chunk(3, dim: -1).Select(
                part => part.reshape(part.shape[0], part.shape[1], -1, HeadWidth).transpose(1, 2)),
        ];
        Tensor mixed = functional.scaled_dot_product_attention(heads[0], heads[1], heads[2]).transpose(1, 2).flatten(2);
        return _output.call(mixed).transpose(1, 2).reshape(x.shape).MoveToOuterDisposeScope();
    }
}
