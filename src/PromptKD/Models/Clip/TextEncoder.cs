using PromptKD.Models.Clip.Packed;
using PromptKD.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Clip;

/// <summary>CLIP's causal text transformer, with optional learned tokens.</summary>
internal sealed class TextEncoder : TextTower
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

    private readonly CausalMask _mask;

    /// <summary>
    /// A tower whose values are still unset; <see cref="ModuleWeights"/> or an initialisation fills it.
    /// </summary>
    public TextEncoder(ClipArchitecture architecture, ScalarType type, Device device)
        : base(nameof(TextEncoder), architecture)
    {
        int width = architecture.TextWidth;
        _vocabulary = new TokenEmbedding(architecture.VocabularySize, width, type, device);
        _positions = Parameter(empty(architecture.ContextLength, width, type, device));
        _projection = Parameter(empty(width, architecture.EmbeddingSize, type, device));
        _transformer = new Transformer(
            width, architecture.TextLayers, architecture.TextHeads, architecture.Activation, type, device);
        _outputNorm = LayerNorm(width, device: device, dtype: type);
        _mask = new CausalMask(architecture.ContextLength, type, device);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Device Device => _projection.device;

    /// <inheritdoc/>
    public override string Prefix => "";

    /// <param name="tokens">Token ids, int64, zero-padded, [texts, context].</param>
    /// <param name="prompts">Learned tokens in the places 1, 2, … of every layer that has some, the same for all texts;
    /// or null.</param>
    /// <returns>Text features, float32, not normalised, [texts, embedding].</returns>
    public override Tensor forward(Tensor tokens, LayerPrompts? prompts)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor ids = tokens.to(ScalarType.Int64, CPU).flatten();
        long[][] texts = [.. ids.data<long>().ToArray().Chunk((int)tokens.shape[1])];
        using PackedLayout? layout = PackedLayout.Of(texts, prompts?.Length ?? 0, Device);
        if (layout is not null)
        {
            long[] rows = [.. texts[0][..layout.Shared], .. layout.TakeOwn(texts)];
            Tensor packed = _vocabulary.forward(tensor(rows, device: Device).unsqueeze(0)); // [1, rows, width]
            packed = prompts is null ? packed : Overwrite(packed, prompts.Tokens[0]);
            return EncodePacked(packed.squeeze(0), layout, prompts).MoveToOuterDisposeScope();
        }

        (Tensor embedded, Tensor endOfText) = Embed(tokens, prompts?.Length ?? 0);
        Tensor prompted = prompts is null ? embedded : Overwrite(embedded, prompts.Tokens[0]);
        return Encode(prompted, endOfText, prompts).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The embedded tokens, cut behind the last end-of-text token of the batch. Exact: the mask is causal, so what
    /// follows is never looked at.
    /// </summary>
    /// <param name="tokens">[texts, context].</param>
    /// <param name="learned">Tokens behind the start that learned ones will replace: they are never cut off.</param>
    /// <returns>Embeddings without positions, [texts, tokens, width], and the index of each end-of-text token,
    /// [texts].</returns>
    public (Tensor Embedded, Tensor EndOfText) Embed(Tensor tokens, long learned)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor ids = tokens.to(ScalarType.Int64, _projection.device);
        Tensor endOfText = ids.argmax(1); // The end-of-text token has the largest id.
        long length = Math.Max(endOfText.max().item<long>(), learned) + 1;
        Tensor embedded = _vocabulary.forward(ids.narrow(1, 0, length));
        return (embedded.MoveToOuterDisposeScope(), endOfText.MoveToOuterDisposeScope());
    }

    /// <summary>The embedded tokens, uncut.</summary>
    /// <param name="tokens">[texts, context].</param>
    /// <returns>Embeddings without positions, [texts, context, width].</returns>
    public Tensor EmbedAll(Tensor tokens)
    {
        using DisposeScope scope = NewDisposeScope();
        return _vocabulary.forward(tokens.to(ScalarType.Int64, _projection.device)).MoveToOuterDisposeScope();
    }

    /// <summary>Puts learned tokens over those behind the start of each text.</summary>
    /// <remarks>
    /// The reference rounds deeper prompts to float16 (<see cref="LayerPrompts.RoundToHalf"/>), not these.
    /// </remarks>
    /// <param name="embedded">[texts, tokens, width].</param>
    /// <param name="context">[length, width], the same for all texts, or [texts, length, width].</param>
    /// <returns>[texts, tokens, width].</returns>
    public static Tensor Overwrite(Tensor embedded, Tensor context)
    {
        using DisposeScope scope = NewDisposeScope();
        (long texts, long tokens) = (embedded.shape[0], embedded.shape[1]);
        long end = PromptStart + context.shape[^2];
        Tensor learned = context.expand(texts, -1, -1).to(embedded.dtype);
        Tensor[] parts = [embedded.narrow(1, 0, PromptStart), learned, embedded.narrow(1, end, tokens - end)];
        return cat(parts, dim: 1).MoveToOuterDisposeScope();
    }

    /// <summary>Runs the transformer on embedded texts.</summary>
    /// <param name="embedded">Embeddings without positions, [texts, tokens, width].</param>
    /// <param name="endOfText">Index of the token to read, int64 [texts].</param>
    /// <param name="prompts">Those of layer 1 and above are used, or null.</param>
    /// <returns>Text features, float32, not normalised, [texts, embedding].</returns>
    public Tensor Encode(Tensor embedded, Tensor endOfText, LayerPrompts? prompts)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = embedded.Plus(_positions.narrow(0, 0, embedded.shape[1]));
        Tensor token = _transformer.ForwardToken(x, Pass(prompts), endOfText);
        return Project(token).MoveToOuterDisposeScope();
    }

    /// <summary>Runs the transformer on texts that begin alike; what they share is computed once.</summary>
    /// <param name="embedded">Embeddings without positions, in the rows that <paramref name="layout"/> says,
    /// [rows, width].</param>
    /// <param name="layout">Where each text is. Its last token is read.</param>
    /// <param name="prompts">Those of layer 1 and above are used, or null; they stand in the common beginning.</param>
    /// <returns>Text features, float32, not normalised, [texts, embedding].</returns>
    public Tensor EncodePacked(Tensor embedded, PackedLayout layout, LayerPrompts? prompts)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = embedded.Plus(_positions.index_select(0, layout.Positions));
        Tensor tokens = _transformer.ForwardPacked(x.unsqueeze(0), Pass(prompts), layout);
        return Project(tokens).index_select(0, layout.Places).MoveToOuterDisposeScope();
    }

    /// <summary>The token matrix after each layer, uncut, for inspection.</summary>
    /// <param name="tokens">[texts, context].</param>
    /// <param name="prompts">Learned tokens, or null.</param>
    /// <param name="observe">Called with −1 and the embeddings before positions are added, then with each layer's
    /// index and output, [texts, context, width].</param>
    public void Trace(Tensor tokens, LayerPrompts? prompts, Action<int, Tensor> observe)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor plain = EmbedAll(tokens);
        Tensor embedded = prompts is null ? plain : Overwrite(plain, prompts.Tokens[0]);
        observe(-1, embedded);
        Transformer.Input pass = Pass(prompts) with { Observe = observe };
        _transformer.forward(embedded.Plus(_positions.narrow(0, 0, embedded.shape[1])), pass);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _mask.Dispose();
        }

        base.Dispose(disposing);
    }

    private Transformer.Input Pass(LayerPrompts? prompts) => new(prompts, PromptStart, _mask);

    // [texts, width] → float32, [texts, embedding].
    private Tensor Project(Tensor tokens) => _outputNorm.forward(tokens).matmul(_projection).to(ScalarType.Float32);
}
