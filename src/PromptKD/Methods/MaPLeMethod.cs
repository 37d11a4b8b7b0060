using PromptKD.Configuration;
using PromptKD.Data.Loading;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Runtime;
using PromptKD.Text;
using TorchSharp.Modules;

namespace PromptKD.Methods;

/// <summary>
/// MaPLe (Khattak et al., CVPR 2023): learned tokens in the first layers of both towers, those of the image tower being
/// linear maps of those of the text tower, so that the two are learned together.
/// </summary>
/// <remarks>arXiv 2210.03117, section 3.2; MaPLe trainers/maple.py.</remarks>
/// <param name="clip">Taken over: disposed with the method.</param>
/// <param name="prompts">What is learned; taken over.</param>
internal sealed class MaPLeMethod(PromptedClip clip, CoupledPrompts prompts) : ITrainedMethod
{
    private const string LearnerPrefix = "prompt_learner.";

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, Parameter>> Trainable =>
        [.. prompts.Named.Select(named => KeyValuePair.Create(LearnerPrefix + named.Key, named.Value))];

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, Tensor>> State => NamedTensors.Of(Trainable);

    /// <inheritdoc/>
    public FrozenModel Model => clip.Frozen;

    /// <summary>Makes the method, its context drawn or taken from words.</summary>
    public static MaPLeMethod Build(MethodInputs inputs)
    {
        MaPLeConfig settings = inputs.Config.Trainer.MaPLe;
        ContextText context = StartingWords.CountedInTokens(inputs, "MAPLE", settings.CtxInit, settings.NCtx);
        using var parts = new Unfinished();
        PromptedClip clip = parts.Add(PromptedClip.Read(inputs, context, NamePosition.End));
        using Tensor initial = clip.DrawContext(context, inputs.Tokenizer.Value);
        ClipArchitecture sizes = inputs.Clip.Architecture;
        int depth = Math.Min(settings.PromptDepth, Math.Min(sizes.TextLayers, sizes.VisionLayers));
        return parts.HandOver(new MaPLeMethod(clip, new CoupledPrompts(initial, depth, sizes.VisionWidth)));
    }

    /// <inheritdoc/>
    public void SetTraining(bool training) => clip.ForgetTexts();

    /// <inheritdoc/>
    public void LoadLearned(IReadOnlyDictionary<string, Tensor> tensors, string source)
    {
        NamedTensors.Load(Trainable, tensors, source);
        clip.ForgetTexts();
    }

    /// <inheritdoc/>
    public StepOutcome Loss(Batch batch) => clip.LearnLabels(batch, () => prompts.Text, prompts.MakeVision);

    /// <inheritdoc/>
    public Tensor Classify(Tensor images) => clip.Classify(images, () => prompts.Text, prompts.MakeVision);

    /// <inheritdoc/>
    public DistilledStudent? Deploy(IReadOnlyList<string> classNames)
    {
        using IDisposable noGradients = no_grad();
        LayerPrompts vision = prompts.MakeVision();
        DistilledStudent deployed = clip.Deploy(classNames, prompts.Text, vision);
        foreach (Tensor tokens in vision.Tokens)
        {
            tokens.Dispose();
        }

        return deployed;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        clip.Dispose();
        prompts.Dispose();
    }
}
