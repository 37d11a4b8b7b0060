using PromptKD.Configuration;
using PromptKD.Data.Loading;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Text;
using TorchSharp.Modules;

namespace PromptKD.Methods;

/// <summary>
/// PromptSRC (Khattak et al., ICCV 2023): learned tokens in both towers that are kept from forgetting what CLIP knows,
/// by their distance to the plain CLIP (<see cref="SelfRegulation"/>) and by an average over the epochs
/// (<see cref="GaussianAverage"/>). It makes PromptKD's teachers.
/// </summary>
/// <remarks>
/// arXiv 2307.06948, section 3.2; PromptSRC trainers/promptsrc.py. Plain and prompted CLIP share their weights, so the
/// reference's three copies are one. What is measured and saved is the average.
/// </remarks>
internal sealed class PromptSRCMethod : ITrainedMethod
{
    private readonly PromptedClip _clip;
    private readonly TowerPrompts _prompts;
    private readonly ClassVectors _plainTexts;
    private readonly PromptSRCSettings _settings;
    private readonly GaussianAverage _average;
    private bool _isTraining;

    /// <param name="clip">Taken over: disposed with the method.</param>
    /// <param name="prompts">What is learned; taken over.</param>
    /// <param name="plainTexts">The plain CLIP's text features of the classes; taken over.</param>
    /// <param name="settings">Weights of the loss, and the Gaussian.</param>
    public PromptSRCMethod(
        PromptedClip clip, TowerPrompts prompts, ClassVectors plainTexts, PromptSRCSettings settings)
    {
        _clip = clip;
        _prompts = prompts;
        _plainTexts = plainTexts;
        _settings = settings;
        _average = new GaussianAverage(
            [.. NamedTensors.Of(Trainable), .. Frozen], settings.AverageMean, settings.AverageDeviation);
    }

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, Parameter>> Trainable => [.. _prompts.Named];

    /// <summary>What is learned, its average over the epochs so far, and whatever else is averaged.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> State =>
        [.. NamedTensors.Of(Trainable), .. Frozen, .. _average.State];

    /// <inheritdoc/>
    public FrozenModel Model => _clip.Frozen;

    /// <summary>What was learned, averaged over the epochs so far.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Deployed =>
        _isTraining || _settings.AverageWholeState ? NamedTensors.Of(Trainable) : _average.Averages;

    /// <summary>Numbers of the loss and of the average.</summary>
    internal PromptSRCSettings Settings => _settings;

    // The frozen tensors that the reference averages along with the learned ones.
    private IEnumerable<KeyValuePair<string, Tensor>> Frozen => !_settings.AverageWholeState ? [] :
    [
        new("logit_scale", _clip.LogitScale),
        new("prompt_learner.sentences", _clip.Sentences.Embedded),
        .. _clip.Images.state_dict().Select(named => KeyValuePair.Create("image_encoder." + named.Key, named.Value)),
        .. _clip.TextState.Select(named => KeyValuePair.Create("text_encoder." + named.Key, named.Value)),
    ];

    private PromptTensors Measured => TowerPrompts.Sort(Deployed);

    /// <summary>Makes the method, its text context drawn or taken from words.</summary>
    public static PromptSRCMethod Build(MethodInputs inputs)
    {
        PromptSRCConfig settings = inputs.Config.Trainer.PromptSRC;
        using var parts = new Unfinished();
        (PromptedClip clip, TowerPrompts prompts) = BothTowers.Prompt(inputs, "PROMPTSRC", settings, parts);
        using DisposeScope scope = NewDisposeScope();
        Tensor mean = ClassVectors.AverageTemplates(
            clip.Text, inputs.Tokenizer.Value, inputs.ClassNames, PromptTemplates.ImageNet, normaliseEach: false);
        var plainTexts = new ClassVectors(
            inputs.ClassNames, nn.functional.normalize(mean, dim: -1), Math.Exp(inputs.Clip.LogitScale));
        return parts.HandOver(new PromptSRCMethod(clip, prompts, plainTexts, new PromptSRCSettings(
            settings.TextLossWeight,
            settings.ImageLossWeight,
            settings.GpaMean,
            settings.GpaStd,
            settings.ReferenceGpa)));
    }

    /// <inheritdoc/>
    public void SetTraining(bool training)
    {
        _isTraining = training;
        _clip.ForgetTexts();
    }

    /// <inheritdoc/>
    public void LoadLearned(IReadOnlyDictionary<string, Tensor> tensors, string source)
    {
        NamedTensors.Load(Trainable, tensors, source);
        _average.Restart();
        _clip.ForgetTexts();
    }

    /// <inheritdoc/>
    public void FinishEpoch(int epoch, int epochs)
    {
        _average.Add(epoch, epochs);
        _clip.ForgetTexts();
    }

    /// <inheritdoc/>
    public StepOutcome Loss(Batch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        _clip.ForgetTexts();
        (ClipOutput prompted, ClipOutput plain, ChunkedTensor texts) = Compare(batch);
        Tensor labels = LabelLoss.Labels(batch, prompted.Logits);
        Tensor loss = Regulate(prompted, plain, labels).Total;
        return new StepOutcome(loss, LabelLoss.Matches(prompted.Logits, labels)) { Texts = texts }
            .MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Classify(Tensor images) => _clip.Classify(images, MeasuredText, MeasuredVision);

    /// <inheritdoc/>
    public DistilledStudent? Deploy(IReadOnlyList<string> classNames) =>
        _clip.Deploy(classNames, MeasuredText(), MeasuredVision());

    /// <inheritdoc/>
    public void Dispose()
    {
        _average.Dispose();
        _clip.Dispose();
        _prompts.Dispose();
        _plainTexts.Dispose();
    }

    /// <summary>What the prompted and the plain CLIP give for a batch.</summary>
    internal (ClipOutput Prompted, ClipOutput Plain, ChunkedTensor Texts) Compare(Batch batch)
    {
        ClipOutput plain = AskPlain(batch.Images);
        Tensor images = _clip.ImageFeatures(batch.Images, _prompts.Vision);
        ChunkedTensor texts = _clip.LearnTexts(() => _prompts.Text);
        return (new ClipOutput(images, texts.Values, _clip.Compare(images, texts.Values)), plain, texts);
    }

    /// <summary>The terms of the loss, with this method's weights.</summary>
    internal SelfRegulation Regulate(ClipOutput prompted, ClipOutput plain, Tensor labels) => SelfRegulation.Compute(
        prompted, plain, labels, _settings.TextLossWeight, _settings.ImageLossWeight);

    private LayerPrompts MeasuredText() =>
        _prompts.Text with { Tokens = [Measured.Context, .. Measured.Text.Select(named => named.Value)] };

    private LayerPrompts? MeasuredVision() => _prompts.Vision is { } vision
        ? vision with { Tokens = [.. Measured.Vision.Select(named => named.Value)] }
        : null;

    private ClipOutput AskPlain(Tensor pixels)
    {
        using IDisposable noGradients = no_grad();
        Tensor images = _clip.ImageFeatures(pixels, prompts: null);
        return new ClipOutput(images, _plainTexts.Vectors, _clip.Compare(images, _plainTexts.Vectors));
    }
}
