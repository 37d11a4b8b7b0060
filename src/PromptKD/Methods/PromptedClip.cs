using PromptKD.Data.Loading;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Text;
using TorchSharp.Modules;

namespace PromptKD.Methods;

/// <summary>
/// A frozen CLIP with the sentences of its classes, into both of which learned tokens may be put: what the labelled
/// methods share. They differ in who makes the tokens.
/// </summary>
internal sealed class PromptedClip : IDisposable
{
    /// <summary>
    /// Sentences encoded at a time where no gradient is needed: bounds memory, whatever the number of classes.
    /// </summary>
    public const int EvaluationChunk = 64;

    private readonly TextBudget _budget;
    private int? _textChunk;
    private Tensor? _classVectors;
    private DistilledStudent? _deployed;

    /// <param name="images">The image tower, frozen; taken over, as everything here.</param>
    /// <param name="text">The text tower, frozen.</param>
    /// <param name="sentences">The sentences of the classes, of that text tower.</param>
    /// <param name="logitScale">Before exp: a scalar, float32.</param>
    /// <param name="budget">Memory for the sentences while training.</param>
    public PromptedClip(
        ImageEncoder images, TextEncoder text, PromptedTexts sentences, Tensor logitScale, TextBudget budget)
    {
        Images = images;
        Text = text;
        Sentences = sentences;
        LogitScale = logitScale.DetachFromDisposeScope();
        _budget = budget;
    }

    /// <summary>The image tower.</summary>
    public ImageEncoder Images { get; }

    /// <summary>The text tower.</summary>
    public TextEncoder Text { get; }

    /// <summary>The sentences of the classes, in label order.</summary>
    public PromptedTexts Sentences { get; }

    /// <summary>logit_scale, before exp: a scalar, float32.</summary>
    public Tensor LogitScale { get; }

    /// <summary>Reads both towers and embeds the sentences.</summary>
    /// <param name="clip">The weights; stays the caller's.</param>
    /// <param name="tokenizer">The tokenizer of that CLIP's vocabulary.</param>
    /// <param name="classNames">In label order.</param>
    /// <param name="context">The words in whose place learned tokens stand.</param>
    /// <param name="position">Where the class name stands.</param>
    /// <param name="target">Where to compute, and in which element type.</param>
    /// <param name="budget">Memory for the sentences while training; null for what is free.</param>
    /// <exception cref="PromptKDException">A class name is too long, or the vocabulary is another model's.</exception>
    public static PromptedClip Read(
        ClipCheckpoint clip,
        ITextTokenizer tokenizer,
        IReadOnlyList<string> classNames,
        ContextText context,
        NamePosition position,
        ComputeTarget target,
        TextBudget? budget = null)
    {
        clip.Architecture.RequireClips(clip.Description, "this method");
        ClassTexts.RequireVocabulary(tokenizer, clip.Architecture, clip.Description);
        Tensor ids = ClassTexts.Tokenize(tokenizer, classNames, context.Fill, clip.Architecture.ContextLength);
        int[] nameLengths = [.. classNames.Select(name => tokenizer.Encode(name.Replace('_', ' ')).Length)];
        using var parts = new Unfinished();
        ImageEncoder images = parts.Add(ImageEncoder.Create(clip.Architecture, target.Type, target.Device));
        ModuleWeights.Fill(images, clip.Tensors, "visual.", clip.Description);
        TextEncoder text = parts.Add(new TextEncoder(clip.Architecture, target.Type, target.Device));
        ModuleWeights.Fill(text, clip.Tensors, "", clip.Description);
        return parts.HandOver(new PromptedClip(
            images,
            text,
            new PromptedTexts(text, ids, context.Length, position, nameLengths),
            clip.Tensors["logit_scale"].to(ScalarType.Float32, target.Device, copy: true),
            budget ?? new TextBudget()));
    }

    /// <summary>Reads both towers for a method.</summary>
    /// <param name="inputs">What it is built from.</param>
    /// <param name="context">The words in whose place learned tokens stand.</param>
    /// <param name="position">Where the class name stands.</param>
    /// <exception cref="PromptKDException">As the longer form.</exception>
    public static PromptedClip Read(MethodInputs inputs, ContextText context, NamePosition position)
    {
        inputs.SeedTorch();
        return Read(
            inputs.Clip,
            inputs.Tokenizer.Value,
            inputs.ClassNames,
            context,
            position,
            inputs.Target,
            new TextBudget(inputs.Config.Train.TextChunk, inputs.Config.Train.Memory));
    }

    /// <summary>What learned tokens start from: the embeddings of the words, or noise.</summary>
    /// <returns>float32, [length, text width]; belongs to the caller.</returns>
    public Tensor DrawContext(ContextText context, ITextTokenizer tokenizer)
    {
        if (!context.StartsFromWords)
        {
            using Parameter drawn = LearnedPrompts.Draw(context.Length, Text.Architecture.TextWidth, Text.Device);
            return drawn.detach();
        }

        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor ids = ClassTexts.Tokenize(
            tokenizer, [context.Prefix], prefix => prefix, Text.Architecture.ContextLength);
        Tensor words = Text.EmbedAll(ids)[0].narrow(0, 1, context.Length);
        return words.to(ScalarType.Float32, copy: true).MoveToOuterDisposeScope();
    }

    /// <summary>What learned tokens of each class start from where they are its own: noise.</summary>
    /// <returns>float32, [classes, length, text width]; belongs to the caller.</returns>
    public Tensor DrawContextOfEachClass(ContextText context)
    {
        using Parameter all = LearnedPrompts.Draw(
            (long)Sentences.Count * context.Length, Text.Architecture.TextWidth, Text.Device);
        using Tensor drawn = all.detach();
        return drawn.view(Sentences.Count, context.Length, -1);
    }

    /// <summary>Image features with the graph of the learned tokens; without one if there are none.</summary>
    /// <param name="pixels">Normalised pixels, [batch, 3, size, size].</param>
    /// <param name="prompts">Learned tokens of the image tower, or null.</param>
    /// <returns>Normalised, float32, [batch, embedding].</returns>
    public Tensor ImageFeatures(Tensor pixels, LayerPrompts? prompts)
    {
        using DisposeScope scope = NewDisposeScope();
        return nn.functional.normalize(Images.forward(pixels, prompts), dim: -1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The text features of all classes for a training step. To be asked for behind those of the images: how many
    /// sentences are encoded at a time follows, once for all steps, from the memory that is left then.
    /// </summary>
    /// <param name="prompts">Makes the learned tokens of the text tower, layer 0 first.</param>
    /// <returns>Normalised, float32, [classes, embedding].</returns>
    public ChunkedTensor LearnTexts(Func<LayerPrompts> prompts) => LearnTexts(
        prompts(),
        Sentences.Count,
        (first, count) => Sentences.Features(Of(prompts(), first, count), first, count));

    /// <summary>As the shorter form, for rows that a method defines itself.</summary>
    /// <param name="prompts">Learned tokens as each sentence gets them, for an estimate of memory.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="features">From the first row and a number of rows to their features.</param>
    /// <param name="inputs">What it needs of the present scope.</param>
    public ChunkedTensor LearnTexts(
        LayerPrompts prompts, int rows, Func<int, int, Tensor> features, params Tensor[] inputs)
    {
        _textChunk ??= _budget.Choose(Sentences.EstimateGraph(prompts), Text.Device);
        return ChunkedTensor.Compute(rows, _textChunk.Value, features, inputs);
    }

    /// <summary>
    /// The text features of all classes for evaluation: computed once, until <see cref="ForgetTexts"/>.
    /// </summary>
    /// <returns>Normalised, float32, [classes, embedding]. Belongs to this object.</returns>
    public Tensor ReadTexts(LayerPrompts prompts) => _classVectors ??= ChunkedTensor.WithoutGraph(
        Sentences.Count,
        EvaluationChunk,
        (first, count) => Sentences.Features(Of(prompts, first, count), first, count)).DetachFromDisposeScope();

    /// <summary>To be called when what is learned may have changed.</summary>
    public void ForgetTexts()
    {
        _classVectors?.Dispose();
        _classVectors = null;
    }

    /// <summary>A step that learns from labels alone, by cross entropy.</summary>
    /// <param name="batch">With labels.</param>
    /// <param name="text">Makes the learned tokens of the text tower.</param>
    /// <param name="vision">Makes those of the image tower, or null.</param>
    public StepOutcome LearnLabels(Batch batch, Func<LayerPrompts> text, Func<LayerPrompts?> vision)
    {
        using DisposeScope scope = NewDisposeScope();
        ForgetTexts();
        Tensor images = ImageFeatures(batch.Images, vision());
        ChunkedTensor texts = LearnTexts(text);
        Tensor logits = Compare(images, texts.Values);
        return LabelLoss.Of(logits, batch, texts).MoveToOuterDisposeScope();
    }

    /// <summary>Scores of every class, without gradient.</summary>
    /// <param name="pixels">Normalised pixels, [batch, 3, size, size].</param>
    /// <param name="text">Makes the learned tokens of the text tower.</param>
    /// <param name="vision">Makes those of the image tower, or null.</param>
    /// <returns>Logits, float32, [batch, classes].</returns>
    public Tensor Classify(Tensor pixels, Func<LayerPrompts> text, Func<LayerPrompts?> vision)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return Compare(ImageFeatures(pixels, vision()), ReadTexts(text())).MoveToOuterDisposeScope();
    }

    /// <summary>Logits: scaled cosines.</summary>
    /// <param name="images">Normalised, [batch, embedding].</param>
    /// <param name="texts">Normalised, [classes, embedding].</param>
    /// <returns>[batch, classes].</returns>
    public Tensor Compare(Tensor images, Tensor texts)
    {
        using DisposeScope scope = NewDisposeScope();
        return (LogitScale.exp() * images.matmul(texts.t())).MoveToOuterDisposeScope();
    }

    /// <summary>The image tower beside the text features as they are now: all that classifying needs.</summary>
    /// <param name="names">Class names, in label order.</param>
    /// <param name="text">Learned tokens of the text tower.</param>
    /// <param name="vision">Those of the image tower, or null.</param>
    /// <returns>Belongs to this object, which needs its tower to be the same.</returns>
    public DistilledStudent Deploy(IReadOnlyList<string> names, LayerPrompts text, LayerPrompts? vision)
    {
        IReadOnlyList<Tensor> tokens = vision?.Tokens ?? [];
        var student = new Student(Images, new StudentShape(
            tokens.Count == 0 ? 0 : (int)tokens[0].shape[0],
            tokens.Count,
            Images.Architecture.EmbeddingSize,
            vision?.RoundToHalf ?? false)
        {
            ProjectorLayers = 0,
        });
        using DisposeScope scope = NewDisposeScope();
        student.LoadLearned(
            tokens.Index().ToDictionary(
                layer => Student.EncoderPrefix + LearnedPrompts.NameOf(layer.Index), layer => layer.Item),
            "its own prompts");
        student.train(false);
        double scale = Math.Exp(LogitScale.to(ScalarType.Float64).item<double>());
        _deployed = new DistilledStudent(student, new ClassVectors(names, ReadTexts(text).clone(), scale), scale);
        return _deployed;
    }

    /// <summary>The frozen model. Belongs to this object.</summary>
    public FrozenModel Frozen => new(Images, LogitScale, Text, Sentences);

    /// <summary>
    /// The text tower's parameters, without the vocabulary, which the reference does not count as its own.
    /// </summary>
    public IEnumerable<KeyValuePair<string, Tensor>> TextState => Text.state_dict()
        .Where(named => !named.Key.StartsWith("token_embedding.", StringComparison.Ordinal));

    /// <inheritdoc/>
    public void Dispose()
    {
        ForgetTexts();

        // What was deployed has the same tower, and frees it.
        IDisposable images = _deployed is null ? Images : _deployed;
        images.Dispose();
        Sentences.Dispose();
        Text.Dispose();
        LogitScale.Dispose();
    }

    // A context of its own for each class is [classes, length, width].
    private static LayerPrompts Of(LayerPrompts prompts, int first, int count)
    {
        Tensor context = prompts.Tokens[0];
        return context.dim() == 2
            ? prompts
            : prompts with { Tokens = [context.narrow(0, first, count), .. prompts.Tokens.Skip(1)] };
    }
}
