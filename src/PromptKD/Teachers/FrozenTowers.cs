using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Models.Weights;
using PromptKD.Text;

namespace PromptKD.Teachers;

/// <summary>Both towers of a frozen CLIP that somebody else owns, with learned prompts or without.</summary>
internal sealed class FrozenTowers : IDisposable
{
    private readonly ImageEncoder _images;
    private readonly TextTower _text;
    private readonly double _logitScale;
    private readonly PromptedWeights? _prompts;
    private readonly LayerPrompts? _textPrompts;
    private readonly LayerPrompts? _imagePrompts;
    private LearnedSentences? _sentences;

    /// <param name="images">The image tower; stays the caller's.</param>
    /// <param name="text">The text tower; stays the caller's.</param>
    /// <param name="logitScale">exp(logit_scale) of the CLIP.</param>
    /// <param name="prompts">Learned prompts; stay the caller's, for as long as these towers. Null for the plain
    /// CLIP.</param>
    /// <exception cref="PromptKDException">The prompts belong to another CLIP.</exception>
    public FrozenTowers(ImageEncoder images, TextTower text, double logitScale, PromptedWeights? prompts)
    {
        prompts?.CheckFits(text.Architecture);
        _images = images;
        _text = text;
        _logitScale = logitScale;
        _prompts = prompts;
        if (prompts is { TextContext: { } context, LearnsWordsAlone: false })
        {
            _textPrompts = Copy([context, .. prompts.DeepTextPrompts], text.Device);
        }

        if (prompts?.VisionPrompts is { } first)
        {
            _imagePrompts = Copy([first, .. prompts.DeepVisionPrompts], text.Device);
        }
    }

    /// <summary>Where CoOp's class name stands; its checkpoints do not say it.</summary>
    public NamePosition Position { get; init; }

    /// <summary>The text features of the classes, as <see cref="FrozenClip.ReadClassVectors"/> makes them.</summary>
    /// <param name="tokenizer">The tokenizer of the CLIP's vocabulary.</param>
    /// <param name="names">Class names, in label order.</param>
    /// <param name="templates">For a CLIP without learned text tokens.</param>
    /// <param name="contextText">The words that learned text tokens started from.</param>
    /// <exception cref="PromptKDException">A text is too long.</exception>
    public ClassVectors Encode(
        ITextTokenizer tokenizer,
        IReadOnlyList<string> names,
        IReadOnlyList<PromptTemplate> templates,
        string contextText)
    {
        if (_prompts is not { LearnsWordsAlone: true })
        {
            return _textPrompts is null
                ? ClassVectors.FromTemplates(_text, tokenizer, names, templates, _logitScale)
                : ClassVectors.FromPrompts(_text, tokenizer, names, _textPrompts, contextText, _logitScale);
        }

        _sentences?.Dispose();
        _sentences = new LearnedSentences(
            (TextEncoder)_text, tokenizer, names, _prompts, contextText, Position, _logitScale);
        using Tensor? nothing = _sentences.AreConditioned ? SeeNothing() : null;
        return _sentences.Vectors(nothing);
    }

    /// <summary>Scores of every class.</summary>
    /// <param name="images">Normalised pixels, [batch, 3, size, size].</param>
    /// <param name="classVectors">As <see cref="Encode"/> made them last.</param>
    /// <returns>Logits without gradient, float32, [batch, classes].</returns>
    public Tensor Classify(Tensor images, ClassVectors classVectors)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor features = nn.functional.normalize(_images.forward(images, _imagePrompts), dim: -1);
        Tensor scores = _sentences is { AreConditioned: true }
            ? _sentences.Scores(features)
            : classVectors.Compare(features, classVectors.LogitScale);
        return scores.MoveToOuterDisposeScope();
    }

    /// <summary>Frees the prompts.</summary>
    public void Dispose()
    {
        _sentences?.Dispose();
        foreach (Tensor tokens in (_textPrompts?.Tokens ?? []).Concat(_imagePrompts?.Tokens ?? []))
        {
            tokens.Dispose();
        }
    }

    // All pixels in the mean colour, which normalisation makes 0.
    private Tensor SeeNothing()
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        int size = _text.Architecture.ImageSize;
        Tensor pixels = zeros(1, 3, size, size, device: _text.Device);
        return nn.functional.normalize(_images.forward(pixels, _imagePrompts), dim: -1).MoveToOuterDisposeScope();
    }

    // Released checkpoints hold float16 copies; prompts are float32 until they enter a tower.
    private static LayerPrompts Copy(IEnumerable<Tensor> tokens, Device device) => new(
        [.. tokens.Select(layer => layer.to(ScalarType.Float32, device, copy: true).DetachFromDisposeScope())]);
}
