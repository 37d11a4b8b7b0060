using PromptKD.Models.Clip;
using PromptKD.Runtime;
using PromptKD.Text;

namespace PromptKD.Teachers;

/// <summary>
/// The text features of the classes, computed once: the teacher is frozen, so they are the same at every step.
/// Images are classified by comparing them with these vectors.
/// </summary>
internal sealed class ClassVectors : IDisposable
{
    /// <summary>Texts encoded at a time: bounds memory, whatever the number of classes.</summary>
    private const int ChunkSize = 64;

    /// <param name="names">Class names, in label order.</param>
    /// <param name="vectors">Normalised, float32, [classes, embedding]; taken over.</param>
    /// <param name="logitScale">exp(logit_scale) of the CLIP that made them.</param>
    public ClassVectors(IReadOnlyList<string> names, Tensor vectors, double logitScale)
    {
        Names = names;
        Vectors = vectors.DetachFromDisposeScope();
        LogitScale = logitScale;
    }

    /// <summary>Class names, in label order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Normalised, float32, [classes, embedding].</summary>
    public Tensor Vectors { get; }

    /// <summary>exp(logit_scale) of the CLIP that made the vectors.</summary>
    public double LogitScale { get; }

    /// <summary>logit_bias of a CLIP that was trained with sigmoids; null of others.</summary>
    public double? LogitBias { get; set; }

    /// <summary>
    /// Encodes each class name in each template; the normalised features of the templates are averaged.
    /// </summary>
    /// <param name="encoder">A frozen text tower.</param>
    /// <param name="tokenizer">The tokenizer of that tower's vocabulary.</param>
    /// <param name="names">Class names, in label order.</param>
    /// <param name="templates">At least one.</param>
    /// <param name="logitScale">exp(logit_scale) of the same CLIP.</param>
    /// <exception cref="PromptKDException">A text is too long for the tower.</exception>
    public static ClassVectors FromTemplates(
        TextTower encoder,
        ITextTokenizer tokenizer,
        IReadOnlyList<string> names,
        IReadOnlyList<PromptTemplate> templates,
        double logitScale)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor mean = AverageTemplates(encoder, tokenizer, names, templates, normaliseEach: true);
        return new ClassVectors(names, nn.functional.normalize(mean, dim: -1), logitScale);
    }

    /// <summary>The mean, over templates, of the text features of each class; not normalised itself.</summary>
    /// <param name="encoder">A frozen text tower.</param>
    /// <param name="tokenizer">The tokenizer of that tower's vocabulary.</param>
    /// <param name="names">Class names, in label order.</param>
    /// <param name="templates">At least one.</param>
    /// <param name="normaliseEach">Whether each feature is normalised before it is averaged: CLIP does so,
    /// PromptSRC does not.</param>
    /// <returns>float32, [classes, embedding].</returns>
    /// <exception cref="PromptKDException">A text is too long for the tower.</exception>
    public static Tensor AverageTemplates(
        TextTower encoder,
        ITextTokenizer tokenizer,
        IReadOnlyList<string> names,
        IReadOnlyList<PromptTemplate> templates,
        bool normaliseEach)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = zeros(names.Count, encoder.Architecture.EmbeddingSize, device: encoder.Device);
        foreach (PromptTemplate template in templates)
        {
            using DisposeScope templateScope = NewDisposeScope();
            Tensor features = Encode(encoder, tokenizer, names, template.Fill, prompts: null);
            sum.PlusInPlace(normaliseEach ? nn.functional.normalize(features, dim: -1) : features);
        }

        return sum.OverInPlace(templates.Count).MoveToOuterDisposeScope();
    }

    /// <summary>Encodes the class names behind a prompt-tuned teacher's learned text tokens.</summary>
    /// <param name="encoder">A frozen text tower.</param>
    /// <param name="tokenizer">The tokenizer of that tower's vocabulary.</param>
    /// <param name="names">Class names, in label order.</param>
    /// <param name="prompts">The learned text tokens.</param>
    /// <param name="contextText">The words that the learned tokens started from, as "a photo of a"; used for up to
    /// four tokens, as the reference does. Empty: they started from noise.</param>
    /// <param name="logitScale">exp(logit_scale) of the same CLIP.</param>
    /// <remarks>PromptSRC trainers/promptsrc.py, VLPromptLearner.</remarks>
    /// <exception cref="PromptKDException">A text is too long for the tower.</exception>
    public static ClassVectors FromPrompts(
        TextTower encoder,
        ITextTokenizer tokenizer,
        IReadOnlyList<string> names,
        LayerPrompts prompts,
        string contextText,
        double logitScale)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        var context = ContextText.CountedInTokens(contextText, (int)prompts.Length);
        Tensor features = Encode(encoder, tokenizer, names, context.Fill, prompts);
        return new ClassVectors(names, nn.functional.normalize(features, dim: -1), logitScale);
    }

    /// <summary>Logits of images: scaled cosines.</summary>
    /// <param name="imageFeatures">Normalised, float32, [batch, embedding].</param>
    /// <param name="scale">exp(logit_scale) of the model that made the image features.</param>
    /// <returns>[batch, classes].</returns>
    public Tensor Compare(Tensor imageFeatures, double scale)
    {
        using DisposeScope scope = NewDisposeScope();
        return imageFeatures.matmul(Vectors.t()).Times(scale).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => Vectors.Dispose();

    /// <returns>Text features, not normalised, [classes, embedding].</returns>
    private static Tensor Encode(
        TextTower encoder,
        ITextTokenizer tokenizer,
        IReadOnlyList<string> names,
        Func<string, string> textOf,
        LayerPrompts? prompts)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor ids = ClassTexts.Tokenize(tokenizer, names, textOf, encoder.Architecture.ContextLength);
        List<Tensor> chunks = [];
        foreach (Tensor chunk in ids.split(ChunkSize))
        {
            chunks.Add(encoder.forward(chunk, prompts));
        }

        return cat(chunks).MoveToOuterDisposeScope();
    }
}
