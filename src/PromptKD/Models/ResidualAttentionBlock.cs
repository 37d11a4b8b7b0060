using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models;

/// <summary>
/// One pre-norm transformer layer: attention, then a two-layer perceptron, each added to its input.
/// It knows nothing about prompts; <see cref="Transformer"/> places them before calling it.
/// </summary>
internal sealed class ResidualAttentionBlock : Module<Tensor, Tensor?, Tensor>
{
    // The order of the fields is that of the parameters in CLIP's state dicts.
    [ComponentName(Name = "attn")]
    private readonly SelfAttention _attention;

    [ComponentName(Name = "ln_1")]
    private readonly LayerNorm _attentionNorm;

    [ComponentName(Name = "mlp")]
    private readonly Sequential _mlp;

    [ComponentName(Name = "ln_2")]
    private readonly LayerNorm _mlpNorm;

    public ResidualAttentionBlock(long width, long heads, ClipActivation activation, ScalarType type, Device device)
        : base(nameof(ResidualAttentionBlock))
    {
        _attentionNorm = LayerNorm(width, device: device, dtype: type);
        _attention = new SelfAttention(width, heads, type, device);
        _mlpNorm = LayerNorm(width, device: device, dtype: type);
        _mlp = Sequential(
            ("c_fc", new DenseLayer(width, 4 * width, type, device)),
            ("gelu", activation == ClipActivation.QuickGelu ? new QuickGelu() : GELU()),
            ("c_proj", new DenseLayer(4 * width, width, type, device)));
        RegisterComponents();
    }

    /// <param name="x">[batch, tokens, width].</param>
    /// <param name="mask">Added to the attention scores, [tokens, tokens], or null.</param>
    /// <returns>[batch, tokens, width].</returns>
    public override Tensor forward(Tensor x, Tensor? mask)
    {
        using DisposeScope scope = NewDisposeScope();
        x = x + _attention.forward(_attentionNorm.forward(x), mask);
        x = x + _mlp.forward(_mlpNorm.forward(x));
        return x.MoveToOuterDisposeScope();
    }

    /// <summary>The same layer for a few tokens only: what the other tokens would have become is not computed.</summary>
    /// <param name="queries">The tokens to keep, taken from <paramref name="x"/>, [batch, queries, width].</param>
    /// <param name="x">[batch, tokens, width].</param>
    /// <param name="mask">Added to the attention scores, [batch, 1, queries, tokens], or null.</param>
    /// <returns>[batch, queries, width].</returns>
    public Tensor ForwardQueries(Tensor queries, Tensor x, Tensor? mask)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor normalised = _attentionNorm.forward(queries);
        queries = queries + _attention.ForwardQueries(normalised, _attentionNorm.forward(x), mask);
        queries = queries + _mlp.forward(_mlpNorm.forward(queries));
        return queries.MoveToOuterDisposeScope();
    }
}
