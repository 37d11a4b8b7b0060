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
/// CoOp (Zhou et al., IJCV 2022): the words around the class name are learned, one context for all classes or one for
/// each. Nothing in the image tower is learned, so it runs without gradient.
/// </summary>
/// <remarks>arXiv 2109.01134, section 3.2; CoOp trainers/coop.py.</remarks>
internal sealed class CoOpMethod : ITrainedMethod
{
    private readonly PromptedClip _clip;
    private readonly Parameter _context;

    /// <param name="clip">Taken over: disposed with the method.</param>
    /// <param name="context">Initial context, [length, text width], or [classes, length, text width] for one of each
    /// class; copied.</param>
    public CoOpMethod(PromptedClip clip, Tensor context)
    {
        _clip = clip;
        _context = nn.Parameter(context.detach().clone());
    }

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, Parameter>> Trainable => [new("ctx", _context)];

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, Tensor>> State => NamedTensors.Of(Trainable);

    /// <inheritdoc/>
    public FrozenModel Model => _clip.Frozen;

    /// <summary>Makes the method, its context drawn or taken from words.</summary>
    public static CoOpMethod Build(MethodInputs inputs)
    {
        CoOpConfig settings = inputs.Config.Trainer.CoOp;
        ContextText context = StartingWords.CountedInWords(
            inputs, "COOP", settings.CtxInit, settings.NCtx, new CoOpConfig().NCtx);
        NamePosition position = CoOpTeachers.PositionOf(settings);
        if (settings.Csc && context.StartsFromWords)
        {
            inputs.Warn(
                "TRAINER.COOP.CSC has no effect with CTX_INIT, as in the reference: all classes share one context.");
        }

        using var parts = new Unfinished();
        PromptedClip clip = parts.Add(PromptedClip.Read(inputs, context, position));
        using Tensor initial = settings.Csc && !context.StartsFromWords
            ? clip.DrawContextOfEachClass(context)
            : clip.DrawContext(context, inputs.Tokenizer.Value);
        return parts.HandOver(new CoOpMethod(clip, initial));
    }

    /// <inheritdoc/>
    public void SetTraining(bool training) => _clip.ForgetTexts();

    /// <inheritdoc/>
    public void LoadLearned(IReadOnlyDictionary<string, Tensor> tensors, string source)
    {
        NamedTensors.Load(Trainable, tensors, source);
        _clip.ForgetTexts();
    }

    /// <inheritdoc/>
    public StepOutcome Loss(Batch batch) => _clip.LearnLabels(batch, Prompts, () => null);

    /// <inheritdoc/>
    public Tensor Classify(Tensor images) => _clip.Classify(images, Prompts, () => null);

    /// <inheritdoc/>
    public DistilledStudent? Deploy(IReadOnlyList<string> classNames) =>
        _clip.Deploy(classNames, Prompts(), vision: null);

    /// <inheritdoc/>
    public void Dispose()
    {
        _clip.Dispose();
        _context.Dispose();
    }

    private LayerPrompts Prompts() => new([_context]);
}
