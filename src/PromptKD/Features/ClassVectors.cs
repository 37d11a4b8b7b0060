using PromptKD.Models;
using PromptKD.Runtime;
using PromptKD.Text;

namespace PromptKD.Features;

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

    /// <summary>Encodes each class name in each template; the normalised features of the templates are averaged.</summary>
    /// <param name="encoder">A frozen text tower.</param>
    /// <param name="tokenizer">The tokenizer of that tower's vocabulary.</param>
    /// <param name="names">Class names, in label order.</param>
    /// <param name="templates">At least one.</param>
    /// <param name="logitScale">exp(logit_scale) of the same CLIP.</param>
    /// <exception cref="PromptKDException">A text is too long for the tower.</exception>
    public static ClassVectors FromTemplates(
        TextEncoder encoder,
        ClipTokenizer tokenizer,
        IReadOnlyList<string> names,
        IReadOnlyList<PromptTemplate> templates,
        double logitScale)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor[] byTemplate =
        [
            .. templates.Select(template =>
                Encode(encoder, tokenizer, names, template.Fill, prompts: null)),
        ];
        Tensor mean = stack(byTemplate).mean([0]); // [classes, embedding]
        return new ClassVectors(names, nn.functional.normalize(mean, dim: -1), logitScale);
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
        TextEncoder encoder,
        ClipTokenizer tokenizer,
        IReadOnlyList<string> names,
        LayerPrompts prompts,
        string contextText,
        double logitScale)
    {
        const int LongestInitialisedContext = 4;
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        string prefix = contextText.Length > 0 && prompts.Length <= LongestInitialisedContext
            ? contextText.Replace('_', ' ')
            : string.Join(' ', Enumerable.Repeat("X", (int)prompts.Length));
        string Fill(string name) => $"{prefix} {name.Replace('_', ' ')}.";
        return new ClassVectors(names, Encode(encoder, tokenizer, names, Fill, prompts), logitScale);
    }

    /// <summary>Logits of images: scaled cosines.</summary>
    /// <param name="imageFeatures">Normalised, float32, [batch, embedding].</param>
    /// <param name="scale">exp(logit_scale) of the model that made the image features.</param>
    /// <returns>[batch, classes].</returns>
    public Tensor Compare(Tensor imageFeatures, double scale)
    {
        using DisposeScope scope = NewDisposeScope();
        return (scale * imageFeatures.matmul(Vectors.t())).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => Vectors.Dispose();

    /// <returns>Normalised text features, [classes, embedding].</returns>
    private static Tensor Encode(
        TextEncoder encoder,
        ClipTokenizer tokenizer,
        IReadOnlyList<string> names,
        Func<string, string> textOf,
        LayerPrompts? prompts)
    {
        using DisposeScope scope = NewDisposeScope();
        int context = encoder.Architecture.ContextLength;
        long[][] texts = [.. names.Select(name => Tokenize(tokenizer, name, textOf(name), context))];
        List<Tensor> chunks = [];
        foreach (long[][] chunk in texts.Chunk(ChunkSize))
        {
            using var pause = CollectionPause.Begin();
            using DisposeScope chunkScope = NewDisposeScope();
            Tensor ids = tensor([.. chunk.SelectMany(text => text)]).view(chunk.Length, context);
            Tensor features = encoder.forward(ids, prompts);
            chunks.Add(nn.functional.normalize(features, dim: -1).MoveToOuterDisposeScope());
        }

        return cat(chunks).MoveToOuterDisposeScope();
    }
    /// <returns>[context].</returns>
    private static long[] Tokenize(ClipTokenizer tokenizer, string name, string text, int context)
    {
        const int LettersShown = 60;
        try
        {
            return [.. tokenizer.Tokenize(text, context).Select(id => (long)id)];
        }
        catch (PromptKDException error)
        {
            string shown = name.Length <= LettersShown ? name : $"{name.AsSpan(0, LettersShown)}…";
            throw new PromptKDException($"The class name '{shown}' is too long. {error.Message}", error);
        }
    }
}
