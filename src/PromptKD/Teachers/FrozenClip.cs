using PromptKD.Data.Decoding;
using PromptKD.Features;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Text;

namespace PromptKD.Teachers;

/// <summary>
/// Reads the towers of a frozen CLIP: a plain one, or one whose prompts were learned by a method of CoOp's family.
/// </summary>
internal sealed class FrozenClip : IDisposable
{
    private readonly ClipCheckpoint _clip;
    private readonly PromptedWeights? _prompts;
    private readonly ComputeTarget _target;
    private readonly Preprocessing? _preparation;

    /// <param name="clip">The base weights; taken over.</param>
    /// <param name="prompts">What was learned on top of them, or null; taken over.</param>
    /// <param name="target">Where to compute, and in which element type.</param>
    /// <param name="preparation">As <see cref="LiveFeatures.Preparation"/>.</param>
    /// <exception cref="PromptKDException">The prompts belong to another CLIP.</exception>
    public FrozenClip(
        ClipCheckpoint clip, PromptedWeights? prompts, ComputeTarget target, Preprocessing? preparation = null)
    {
        _preparation = preparation;
        _clip = clip;
        _prompts = prompts;
        _target = target;
        clip.ComputeOn(target);
        prompts?.CheckFits(clip.Architecture);
    }

    /// <summary>The CLIP's dimensions.</summary>
    public ClipArchitecture Architecture => _clip.Architecture;

    /// <summary>Which method learned its prompts, as TRAINER.NAME spells it; null for a plain CLIP.</summary>
    public string? Method => _prompts?.Method;

    /// <summary>Whether it encodes the classes anew for each picture, as CoCoOp does.</summary>
    public bool IsConditioned => _prompts?.ConditionNetwork.Count > 0;

    /// <summary>Where CoOp's class name stands; its checkpoints do not say it.</summary>
    public NamePosition Position { get; init; }

    /// <summary>Makes the tower of a teacher of one's own; null for a CLIP's.</summary>
    public Func<ImageEncoder>? MakeOwn { get; init; }

    /// <summary>As <see cref="LiveFeatures.GivesScores"/>.</summary>
    public bool GivesScores { get; init; }

    /// <summary>The folder of its weights, where a vocabulary may lie.</summary>
    public string Folder => _clip.Folder;

    /// <summary>
    /// The text features of the classes. A teacher with learned text tokens puts the names behind those; another one
    /// puts them into the templates.
    /// </summary>
    /// <param name="tokenizer">The tokenizer of the CLIP's vocabulary.</param>
    /// <param name="names">Class names, in label order.</param>
    /// <param name="templates">For a teacher without learned text tokens.</param>
    /// <param name="contextText">The words that learned text tokens started from.</param>
    /// <param name="roundToHalf">As <see cref="LayerPrompts.RoundToHalf"/>.</param>
    /// <exception cref="PromptKDException">A text is too long, or the tokenizer is another model's.</exception>
    public ClassVectors ReadClassVectors(
        ITextTokenizer tokenizer,
        IReadOnlyList<string> names,
        IReadOnlyList<PromptTemplate> templates,
        string contextText,
        bool roundToHalf)
    {
        if (_prompts is { LearnsWordsAlone: true })
        {
            using LearnedSentences sentences = ReadSentences(tokenizer, names, contextText);
            using Tensor? nothing = IsConditioned ? SeeNothing() : null;
            return sentences.Vectors(nothing);
        }

        using TextTower encoder = ReadTextTower(tokenizer);
        if (_prompts?.TextContext is not { } context)
        {
            ClassVectors made = ClassVectors.FromTemplates(encoder, tokenizer, names, templates, LogitScale());
            made.LogitBias = LogitBias();
            return made;
        }

        using DisposeScope scope = NewDisposeScope();
        LayerPrompts prompts = Place([context, .. _prompts.DeepTextPrompts], roundToHalf);
        return ClassVectors.FromPrompts(encoder, tokenizer, names, prompts, contextText, LogitScale());
    }

    /// <summary>The text tower with the sentences of a teacher of CoOp or CoCoOp.</summary>
    /// <param name="tokenizer">As in <see cref="ReadClassVectors"/>.</param>
    /// <param name="names">As there.</param>
    /// <param name="contextText">As there.</param>
    /// <exception cref="PromptKDException">
    /// As there; or each class has learned words of its own, and they are others.
    /// </exception>
    public LearnedSentences ReadSentences(
        ITextTokenizer tokenizer, IReadOnlyList<string> names, string contextText) => new(
            (TextEncoder)ReadTextTower(tokenizer),
            tokenizer,
            names,
            _prompts!,
            contextText,
            Position,
            LogitScale(),
            ownsEncoder: true);

    /// <summary>The image tower with its prompts.</summary>
    /// <param name="roundToHalf">As <see cref="LayerPrompts.RoundToHalf"/>.</param>
    public LiveFeatures ReadImageTower(bool roundToHalf)
    {
        if (MakeOwn is not null)
        {
            return new LiveFeatures(MakeOwn(), prompts: null, _preparation) { GivesScores = GivesScores };
        }

        using var parts = new Unfinished();
        ImageEncoder encoder = parts.Add(ImageEncoder.Create(Architecture, _target.Type, _target.Device));
        ModuleWeights.Fill(encoder, Weights(), "visual.", _clip.Description);
        LayerPrompts? prompts = _prompts?.VisionPrompts is { } first
            ? Place([first, .. _prompts.DeepVisionPrompts], roundToHalf)
            : null;
        foreach (Tensor tokens in prompts?.Tokens ?? [])
        {
            tokens.DetachFromDisposeScope();
        }

        return parts.HandOver(new LiveFeatures(encoder, prompts, _preparation));
    }

    /// <summary>The image tower as it is, in float32 on the processor, to be computed in another way.</summary>
    /// <exception cref="PromptKDException">It has learned prompts.</exception>
    public ImageEncoder ReadPlainTower()
    {
        if (_prompts is not null)
        {
            throw new PromptKDException(
                $"{_prompts.Source}: a teacher with learned prompts is computed in floats only. Leave ‹int8› or "
                + "‹teacher-prompts› out.");
        }

        using var parts = new Unfinished();
        ImageEncoder encoder = parts.Add(ImageEncoder.Create(Architecture, ScalarType.Float32, CPU));
        ModuleWeights.Fill(encoder, _clip.Tensors, "visual.", _clip.Description);
        return parts.HandOver(encoder);
    }

    /// <summary>How its pictures are prepared; null: as the first of a batch's.</summary>
    public Preprocessing? Preparation => _preparation;

    /// <summary>The text tower.</summary>
    /// <param name="tokenizer">The tokenizer of the CLIP's vocabulary.</param>
    /// <exception cref="PromptKDException">The tokenizer is another model's.</exception>
    public TextTower ReadTextTower(ITextTokenizer tokenizer)
    {
        Architecture.RequireTexts(_clip.Description);
        ClassTexts.RequireVocabulary(tokenizer, Architecture, _clip.Description);
        using var parts = new Unfinished();
        TextTower encoder = parts.Add(TextTower.Create(Architecture, _target.Type, _target.Device));
        ModuleWeights.Fill(encoder, Weights(), encoder.Prefix, _clip.Description);
        return parts.HandOver(encoder);
    }

    /// <summary>exp(logit_scale).</summary>
    public double LogitScale()
    {
        using Tensor scale = Weights()["logit_scale"].to(ScalarType.Float64, copy: true);
        return Math.Exp(scale.item<double>());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _clip.Dispose();
        _prompts?.Dispose();
    }

    private double? LogitBias()
    {
        if (!_clip.Tensors.TryGetValue("logit_bias", out Tensor? bias))
        {
            return null;
        }

        using Tensor number = bias.to(ScalarType.Float64, copy: true);
        return number.item<double>();
    }

    // All pixels in the mean colour, which normalisation makes 0.
    private Tensor SeeNothing()
    {
        using LiveFeatures tower = ReadImageTower(roundToHalf: false);
        int size = Architecture.ImageSize;
        using Tensor pixels = zeros(1, 3, size, size, device: _target.Device);
        return tower.Of(pixels);
    }

    // Frozen weights that a prompt checkpoint carries win over those of the base, as in the reference.
    private IReadOnlyDictionary<string, Tensor> Weights() => _prompts?.Over(_clip.Tensors) ?? _clip.Tensors;

    // Released checkpoints hold float16 copies; prompts are float32 until they enter a tower.
    private LayerPrompts Place(IEnumerable<Tensor> tokens, bool roundToHalf) => new(
        [.. tokens.Select(layer => layer.to(ScalarType.Float32, _target.Device, copy: true))],
        roundToHalf);
}
