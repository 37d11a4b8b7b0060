using PromptKD.Models.Clip;

namespace PromptKD.Models.Weights;

/// <summary>
/// What a prompt-tuning run of Dassl's programs has learned: prompts, possibly a projector, and the frozen weights it
/// carried along. It owns its tensors: dispose it when a model has taken its copy.
/// </summary>
internal sealed class PromptedWeights : IDisposable
{
    /// <summary>Path of the checkpoint, for messages.</summary>
    public required string Source { get; init; }

    /// <summary>Which method learned it, as TRAINER.NAME spells it.</summary>
    public required string Method { get; init; }

    /// <summary>
    /// Learned tokens in front of the class name, [tokens, text width]; of CoOp also one context of each class,
    /// [classes, tokens, text width]; null where there are none.
    /// </summary>
    public Tensor? TextContext { get; init; }

    /// <summary>Learned text tokens of layers 1, 2, …, each [tokens, text width].</summary>
    public required IReadOnlyList<Tensor> DeepTextPrompts { get; init; }

    /// <summary>Learned tokens after the patches, [tokens, vision width]; null where none were learned.</summary>
    public Tensor? VisionPrompts { get; init; }

    /// <summary>Learned image tokens of layers 1, 2, …, each [tokens, vision width].</summary>
    public required IReadOnlyList<Tensor> DeepVisionPrompts { get; init; }

    /// <summary>
    /// CoCoOp's network, which makes of each picture what is added to the context: its parameters by name; else empty.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> ConditionNetwork { get; init; } = new Dictionary<string, Tensor>();

    /// <summary>
    /// Whether it is CoOp's or CoCoOp's: words of the text alone, which may stand anywhere around the class name.
    /// </summary>
    public bool LearnsWordsAlone => Method is "CoOp" or "CoCoOp";

    /// <summary>Frozen parameters stored beside them, under OpenAI's names. They replace the base's.</summary>
    public required IReadOnlyDictionary<string, Tensor> Overrides { get; init; }

    /// <summary>From the student's space to the teacher's; null for teachers.</summary>
    public ProjectorWeights? Projector { get; init; }

    /// <summary>Epochs trained, where the file says so.</summary>
    public long? Epoch { get; init; }

    /// <summary>Accuracy on the validation images, percent, where the file says so.</summary>
    public double? ValidationResult { get; init; }

    /// <summary>Checks that the prompts and the frozen parameters belong to a CLIP of this architecture.</summary>
    /// <exception cref="PromptKDException">A width, a depth or the shape of a parameter differs.</exception>
    public void CheckFits(ClipArchitecture clip)
    {
        if (clip.Tower is not null || clip.Text is not null)
        {
            throw new PromptKDException(
                $"{Source}: what it learned belongs to one of OpenAI's CLIPs, not to {clip.Name}. Give such a CLIP, or "
                + "leave it out.");
        }

        if (VisionPrompts is not null)
        {
            clip.RequireTransformer($"{Source} on {clip.Name}");
        }

        CheckPrompts("text prompts", TextContext, DeepTextPrompts, clip.TextWidth, clip.TextLayers, clip);
        CheckPrompts("vision prompts", VisionPrompts, DeepVisionPrompts, clip.VisionWidth, clip.VisionLayers, clip);
        if (ConditionNetwork.TryGetValue("linear1.weight", out Tensor? network)
            && network.shape[1] != clip.EmbeddingSize)
        {
            throw DoesNotFit("meta_net.linear1.weight", network.shape, [network.shape[0], clip.EmbeddingSize], clip);
        }

        foreach ((string name, long[] shape) in ClipParameters.ShapesOf(clip))
        {
            if (Overrides.TryGetValue(name, out Tensor? tensor) && !tensor.shape.SequenceEqual(shape))
            {
                throw DoesNotFit(name, tensor.shape, shape, clip);
            }
        }
    }

    /// <summary>The parameters of a CLIP, those that were stored beside the prompts in place of its own.</summary>
    /// <param name="clip">Parameters under OpenAI's names. They stay the caller's.</param>
    public IReadOnlyDictionary<string, Tensor> Over(IReadOnlyDictionary<string, Tensor> clip)
    {
        var weights = new Dictionary<string, Tensor>(clip);
        foreach ((string name, Tensor tensor) in Overrides)
        {
            weights[name] = tensor;
        }

        return weights;
    }

    public void Dispose()
    {
        Tensor?[] own =
        [
            TextContext, VisionPrompts, .. DeepTextPrompts, .. DeepVisionPrompts, .. ConditionNetwork.Values,
            .. Overrides.Values,
            .. Projector?.Tensors.Values ?? [],
        ];
        foreach (Tensor? tensor in own)
        {
            tensor?.Dispose();
        }
    }

    private void CheckPrompts(
        string what, Tensor? first, IReadOnlyList<Tensor> deep, int width, int layers, ClipArchitecture clip)
    {
        if (first is not null && first.shape[^1] != width)
        {
            throw DoesNotFit(what, first.shape, [.. first.shape[..^1], width], clip);
        }

        if (deep.Count >= layers)
        {
            throw new PromptKDException(
                $"{Source}: {what} for {deep.Count + 1} layers, but this encoder of {clip.Name} has {layers}. "
                + "Was it trained on another CLIP?");
        }
    }

    private PromptKDException DoesNotFit(string name, long[] shape, long[] expected, ClipArchitecture clip) => new(
        $"{Source}: '{name}' is {ShapeText.Of(shape)} but {clip.Name} needs {ShapeText.Of(expected)}. "
        + "Was it trained on another CLIP?");
}
