using PromptKD.Data.Loading;
using PromptKD.Models.Prompts;
using PromptKD.Runtime;
using TorchSharp.Modules;

namespace PromptKD.Methods;

/// <summary>
/// Independent vision-language prompting: learned tokens in the first layers of both towers, cross entropy.
/// </summary>
/// <remarks>The baseline of MaPLe (arXiv 2210.03117, section 3); PromptSRC trainers/independentVL.py.</remarks>
/// <param name="clip">Taken over: disposed with the method.</param>
/// <param name="prompts">What is learned; taken over.</param>
internal sealed class IVLPMethod(PromptedClip clip, TowerPrompts prompts) : ITrainedMethod
{
    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, Parameter>> Trainable => [.. prompts.Named];

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, Tensor>> State => NamedTensors.Of(Trainable);

    /// <inheritdoc/>
    public FrozenModel Model => clip.Frozen;

    /// <summary>Makes the method, its text context drawn or taken from words.</summary>
    public static IVLPMethod Build(MethodInputs inputs)
    {
        using var parts = new Unfinished();
        (PromptedClip clip, TowerPrompts prompts) = BothTowers.Prompt(
            inputs, "IVLP", inputs.Config.Trainer.IVLP, parts);
        return parts.HandOver(new IVLPMethod(clip, prompts));
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
    public StepOutcome Loss(Batch batch) => clip.LearnLabels(batch, () => prompts.Text, () => prompts.Vision);

    /// <inheritdoc/>
    public Tensor Classify(Tensor images) => clip.Classify(images, () => prompts.Text, () => prompts.Vision);

    /// <inheritdoc/>
    public DistilledStudent? Deploy(IReadOnlyList<string> classNames) =>
        clip.Deploy(classNames, prompts.Text, prompts.Vision);

    /// <inheritdoc/>
    public void Dispose()
    {
        clip.Dispose();
        prompts.Dispose();
    }
}
