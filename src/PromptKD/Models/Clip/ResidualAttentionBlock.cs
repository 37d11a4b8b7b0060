using PromptKD.Models.Clip.Packed;
using PromptKD.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Clip;

/// <summary>
/// One pre-norm transformer layer: attention, then a two-layer perceptron, each added to its input.
/// It knows nothing about prompts; <see cref="Transformer"/> places them before calling it.
/// </summary>
internal sealed class ResidualAttentionBlock : Module<Tensor, CausalMask?, Tensor>
{
    // In the order of OpenAI's checkpoints: it numbers the parameters of the optimizers that are saved.
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
    /// <param name="mask">Lets every token see itself and those before it; null lets it see all.</param>
    /// <returns>[batch, tokens, width].</returns>
    public override Tensor forward(Tensor x, CausalMask? mask)
    {
        using DisposeScope scope = NewDisposeScope();
        return Finish(x, _attention.forward(_attentionNorm.forward(x), mask)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The same layer for a few tokens only: what the other tokens would have become is not computed.
    /// </summary>
    /// <param name="queries">The tokens to keep, taken from <paramref name="x"/>, [batch, queries, width].</param>
    /// <param name="x">[batch, tokens, width].</param>
    /// <param name="mask">Added to the attention scores, [batch, 1, queries, tokens], or null.</param>
    /// <returns>[batch, queries, width].</returns>
    public Tensor ForwardQueries(Tensor queries, Tensor x, Tensor? mask)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor normalised = _attentionNorm.forward(queries);
        Tensor attended = _attention.ForwardQueries(normalised, _attentionNorm.forward(x), mask);
        return Finish(queries, attended).MoveToOuterDisposeScope();
    }

    /// <summary>The same layer for texts that share their beginning, each token seeing those before it.</summary>
    /// <param name="x">[1, rows, width].</param>
    /// <param name="layout">Where each text is.</param>
    /// <param name="mask">That of the tower.</param>
    /// <returns>[1, rows, width].</returns>
    public Tensor ForwardPacked(Tensor x, PackedLayout layout, CausalMask mask)
    {
        using DisposeScope scope = NewDisposeScope();
        return Finish(x, _attention.ForwardPacked(_attentionNorm.forward(x), layout, mask)).MoveToOuterDisposeScope();
    }

    /// <summary>As <see cref="ForwardQueries"/>, for the last token of each text.</summary>
    /// <param name="x">[1, rows, width].</param>
    /// <param name="layout">Where each text is.</param>
    /// <returns>In the order of the layout, [1, texts, width].</returns>
    public Tensor ForwardPackedLast(Tensor x, PackedLayout layout)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor normalised = _attentionNorm.forward(x);
        Tensor queries = normalised.index_select(1, layout.LastRows);
        Tensor attended = _attention.ForwardPackedQueries(queries, normalised, layout);
        return Finish(x.index_select(1, layout.LastRows), attended).MoveToOuterDisposeScope();
    }

    // Adds what attention gave, then the perceptron of that: both [batch, tokens, width].
    private Tensor Finish(Tensor x, Tensor attended)
    {
        x = x.Plus(attended);
        return x.Plus(_mlp.forward(_mlpNorm.forward(x)));
    }
}
