using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models;

/// <summary>CLIP's causal text transformer, with optional learned tokens.</summary>
internal sealed class TextEncoder : Module<Tensor, LayerPrompts?, Tensor>
{
    /// <summary>Learned tokens stand right behind the start-of-text token.</summary>
    private const long PromptStart = 1;

    [ComponentName(Name = "token_embedding")]
    private readonly TokenEmbedding _vocabulary;

    [ComponentName(Name = "positional_embedding")]
    private readonly Parameter _positions;

    [ComponentName(Name = "text_projection")]
    private readonly Parameter _projection;

    [ComponentName(Name = "transformer")]
    private readonly Transformer _transformer;

    [ComponentName(Name = "ln_final")]
    private readonly LayerNorm _outputNorm;

    /// <summary>A tower whose values are still unset; <see cref="ModuleWeights"/> or an initialisation fills it.</summary>
    public TextEncoder(ClipArchitecture architecture, ScalarType type, Device device)
        : base(nameof(TextEncoder))
    {
        Architecture = architecture;
        int width = architecture.TextWidth;
        _vocabulary = new TokenEmbedding(architecture.VocabularySize, width, type, device);
        _positions = Parameter(empty(architecture.ContextLength, width, type, device));
        _projection = Parameter(empty(width, architecture.EmbeddingSize, type, device));
        _transformer = new Transformer(
            width, architecture.TextLayers, architecture.TextHeads, architecture.Activation, type, device);
        _outputNorm = LayerNorm(width, device: device, dtype: type);
        RegisterComponents();
    }

    /// <summary>The sizes of this tower.</summary>
    public ClipArchitecture Architecture { get; }

    /// <param name="tokens">Token ids, int64, zero-padded, [texts, context].</param>
    /// <param name="prompts">Learned tokens in the places 1, 2, … of every layer that has some, or null.</param>
    /// <returns>Text features, float32, not normalised, [texts, embedding].</returns>
    public override Tensor forward(Tensor tokens, LayerPrompts? prompts)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor embedded, Tensor endOfText) = Embed(tokens, prompts);
        return Encode(embedded, endOfText, prompts).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The embedded tokens, cut behind the last end-of-text token of the batch. Exact: the mask is causal, so what
    /// follows is never looked at.
    /// </summary>
    /// <param name="tokens">[texts, context].</param>
    /// <param name="prompts">Those of layer 0 replace the tokens 1, 2, ….</param>
    /// <returns>Embeddings without positions, [texts, tokens, width], and the index of each end-of-text token,
    /// [texts].</returns>
    public (Tensor Embedded, Tensor EndOfText) Embed(Tensor tokens, LayerPrompts? prompts)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor ids = tokens.to(ScalarType.Int64, _projection.device);
        Tensor endOfText = ids.argmax(1); // The end-of-text token has the largest id.
        long length = endOfText.max().item<long>() + 1;
        Tensor embedded = EmbedTokens(ids.narrow(1, 0, Math.Max(length, 1 + (prompts?.Length ?? 0))), prompts);
        return (embedded.MoveToOuterDisposeScope(), endOfText.MoveToOuterDisposeScope());
    }

    /// <summary>Runs the transformer on embedded texts.</summary>
    /// <param name="embedded">Embeddings without positions, [texts, tokens, width].</param>
    /// <param name="endOfText">Index of the token to read, int64 [texts].</param>
    /// <param name="prompts">Those of layer 1 and above are used, or null.</param>
    /// <returns>Text features, float32, not normalised, [texts, embedding].</returns>
    public Tensor Encode(Tensor embedded, Tensor endOfText, LayerPrompts? prompts)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = embedded + _positions.narrow(0, 0, embedded.shape[1]);
        Tensor token = _transformer.ForwardToken(x, Pass(prompts, embedded.shape[1]), endOfText);
        Tensor features = _outputNorm.forward(token).matmul(_projection);
        return features.to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>The token matrix after each layer, uncut, for inspection.</summary>
    /// <param name="tokens">[texts, context].</param>
    /// <param name="prompts">Learned tokens, or null.</param>
    /// <param name="observe">Called with −1 and the embeddings before positions are added, then with each layer's
    /// index and output, [texts, context, width].</param>
    public void Trace(Tensor tokens, LayerPrompts? prompts, Action<int, Tensor> observe)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor embedded = EmbedTokens(tokens.to(ScalarType.Int64, _projection.device), prompts);
        observe(-1, embedded);
        Transformer.Input pass = Pass(prompts, embedded.shape[1]) with { Observe = observe };
        _transformer.forward(embedded + _positions.narrow(0, 0, embedded.shape[1]), pass);
    }

    private Tensor EmbedTokens(Tensor ids, LayerPrompts? prompts)
    {
        Tensor embedded = _vocabulary.forward(ids);
        if (prompts is null)
        {
            return embedded;
        }

        // The reference rounds the deeper prompts to float16, not these.
        LayerPrompts unrounded = prompts with { RoundToHalf = false };
        long end = PromptStart + prompts.Length;
        return cat(
            [
                embedded.narrow(1, 0, PromptStart),
                unrounded.Expand(0, ids.shape[0], embedded.dtype),
                embedded.narrow(1, end, ids.shape[1] - end),
            ],
            dim: 1);
    }

    private Transformer.Input Pass(LayerPrompts? prompts, long length) =>
        new(prompts, PromptStart, CausalMask(length, _projection.dtype, _projection.device));

    /// <returns>0 where a token may look (itself and before), −∞ elsewhere, [length, length].</returns>
    private static Tensor CausalMask(long length, ScalarType type, Device device) =>
        full([length, length], double.NegativeInfinity, type, device).triu_(1);
}
