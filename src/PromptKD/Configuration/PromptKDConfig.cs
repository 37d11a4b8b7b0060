namespace PromptKD.Configuration;

/// <summary>
/// Settings of PromptKD (arXiv 2403.02781): the keys <c>TRAINER.PROMPTKD.*</c>. Vision prompts are the
/// student's; the teacher's prompts follow from its checkpoint.
/// </summary>
public sealed record PromptKDConfig : TowerPromptConfig
{
    /// <summary>
    /// Scale of the distillation loss, which is averaged over images and classes. The paper's runs use 1000, or
    /// 200 for DTD, Flowers102 and FGVC Aircraft: see <c>configs/datasets</c>.
    /// </summary>
    [AtLeast(0)]
    public double KdWeight { get; init; } = 1.0;

    /// <summary>
    /// What the loss is a mean over: pictures and classes (class), as in the reference, or pictures alone (picture), so
    /// that <see cref="KdWeight"/> means the same for any number of classes.
    /// </summary>
    [OwnKey, OneOf("class", "picture")]
    public string LossUnit { get; init; } = "class";

    /// <summary>Learning rate of the learned tokens, in units of the projector's, which is OPTIM.LR.</summary>
    [OwnKey, AtLeast(0)]
    public double PromptLrFactor { get; init; } = 1.0;

    /// <summary>Softens both distributions before they are compared; 1 leaves them as they are.</summary>
    [Positive]
    public double Temperature { get; init; } = 1.0;

    /// <summary>OpenAI's name of the teacher, as ViT-L/14. PromptKD's own default has the slash elsewhere.</summary>
    public string TeacherName { get; init; } = "ViT/L-14";

    /// <summary>Whether prompts are rounded through float16 where they enter, as the reference always does.</summary>
    [OwnKey]
    public bool HalfPrompts { get; init; }

    /// <summary>Sentences around the class name, <c>{}</c>, that make the class vectors.</summary>
    [OwnKey, Templates]
    public ValueList<string> Templates { get; init; } = ["a photo of a {}."];
}
