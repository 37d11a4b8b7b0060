using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Text;

namespace PromptKD.Teachers;

/// <summary>
/// The sentences of a teacher of CoOp or CoCoOp, whose learned words may stand anywhere around the class name, be
/// others for each class, or be others for each picture.
/// </summary>
/// <remarks>
/// CoCoOp has no class vectors: each picture makes its own. Its scores are computed so. What a student without a text
/// tower is compared with must be the same for all pictures: the texts of one that shows nothing, all in the mean
/// colour.
/// </remarks>
internal sealed class LearnedSentences : IDisposable
{
    // Bounds memory, whatever the number of classes.
    private const int ChunkSize = 64;

    private readonly IReadOnlyList<string> _names;
    private readonly TextEncoder? _own;
    private readonly PromptedTexts _sentences;
    private readonly Tensor _context;
    private readonly MetaNetwork? _network;
    private readonly double _logitScale;

    /// <param name="encoder">The text tower.</param>
    /// <param name="tokenizer">The tokenizer of its vocabulary.</param>
    /// <param name="names">Class names, in label order.</param>
    /// <param name="learned">Of CoOp or CoCoOp; copied.</param>
    /// <param name="words">The words that the learned tokens started from; empty for noise.</param>
    /// <param name="position">Where CoOp's class name stands; CoCoOp's is at the end, whatever this says.</param>
    /// <param name="logitScale">exp(logit_scale) of the same CLIP.</param>
    /// <param name="ownsEncoder">
    /// Whether the text tower is taken over; else it has to be there as long as these.
    /// </param>
    /// <exception cref="PromptKDException">
    /// A text is too long, or each class has tokens of its own and they are others.
    /// </exception>
    public LearnedSentences(
        TextEncoder encoder,
        ITextTokenizer tokenizer,
        IReadOnlyList<string> names,
        PromptedWeights learned,
        string words,
        NamePosition position,
        double logitScale,
        bool ownsEncoder = false)
    {
        using var parts = new Unfinished();
        _names = names;
        _logitScale = logitScale;
        _own = ownsEncoder ? parts.Add(encoder) : null;
        Tensor context = learned.TextContext!;
        if (context.dim() == 3 && context.shape[0] != names.Count)
        {
            throw new PromptKDException(
                $"{learned.Source}: each of its {context.shape[0]} classes has learned words of its own (CoOp's CSC), "
                + $"and {names.Count} classes are asked for. Give those that it learned, in their order, or a teacher "
                + "whose words are the same for all.");
        }

        ContextText text = Words(words, (int)context.shape[^2]);
        Tensor ids = ClassTexts.Tokenize(tokenizer, names, text.Fill, encoder.Architecture.ContextLength);
        int[] lengths = [.. names.Select(name => tokenizer.Encode(name.Replace('_', ' ')).Length)];
        NamePosition place = learned.ConditionNetwork.Count == 0 ? position : NamePosition.End;
        _sentences = parts.Add(new PromptedTexts(encoder, ids, text.Length, place, lengths));
        _context = parts.Add(context.to(ScalarType.Float32, encoder.Device, copy: true).DetachFromDisposeScope());
        _network = learned.ConditionNetwork.Count == 0 ? null : parts.Add(Load(learned.ConditionNetwork, encoder));
        parts.HandOver(this);
    }

    /// <summary>Whether each picture makes its own.</summary>
    public bool AreConditioned => _network is not null;

    /// <summary>As CoOp reads CTX_INIT: where it has as many words as are learned, they started from these.</summary>
    /// <param name="words">CTX_INIT.</param>
    /// <param name="length">Learned tokens.</param>
    public static ContextText Words(string words, int length)
    {
        var text = ContextText.CountedInWords(words, length);
        return text.Length == length ? text : ContextText.CountedInWords("", length);
    }

    /// <summary>The class vectors.</summary>
    /// <param name="nothing">
    /// Of CoCoOp the normalised features of a picture that shows nothing, [1, embedding]; else null.
    /// </param>
    public ClassVectors Vectors(Tensor? nothing)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor features = Encode(_sentences.Count, _network is null
            ? (first, count) => _sentences.Features(Shared(first, count), first, count)
            : (first, count) => Conditioned.Features(nothing!, first, count));
        return new ClassVectors(_names, features, _logitScale);
    }

    /// <summary>Scores of pictures, each with texts of its own.</summary>
    /// <param name="images">Normalised, [batch, embedding].</param>
    /// <returns>Logits without gradient, float32, [batch, classes].</returns>
    public Tensor Scores(Tensor images)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor texts = Encode(
            (int)images.shape[0] * _sentences.Count, (first, count) => Conditioned.Features(images, first, count));
        Tensor scale = tensor((float)_logitScale, device: images.device);
        return Conditioned.Compare(images, texts, scale).MoveToOuterDisposeScope();
    }

    private ConditionedTexts Conditioned => new(_sentences, _context, _network!);

    /// <inheritdoc/>
    public void Dispose()
    {
        _network?.Dispose();
        _context.Dispose();
        _sentences.Dispose();
        _own?.Dispose();
    }

    private LayerPrompts Shared(int first, int count) =>
        new([_context.dim() == 2 ? _context : _context.narrow(0, first, count)]);

    private static Tensor Encode(int rows, Func<int, int, Tensor> features)
    {
        List<Tensor> chunks = [];
        for (int first = 0; first < rows; first += ChunkSize)
        {
            chunks.Add(features(first, Math.Min(ChunkSize, rows - first)));
        }

        return cat(chunks);
    }

    private static MetaNetwork Load(IReadOnlyDictionary<string, Tensor> values, TextEncoder encoder)
    {
        var network = new MetaNetwork(
            encoder.Architecture.EmbeddingSize, encoder.Architecture.TextWidth, encoder.Device);
        using IDisposable noGradients = no_grad();
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in network.named_parameters())
        {
            parameter.copy_(values[name]);
        }

        return network;
    }
}
