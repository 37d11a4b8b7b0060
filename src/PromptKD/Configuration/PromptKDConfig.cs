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

    /// <summary>
    /// What is compared: class probabilities (kl), as in the paper, or the normalised image features themselves, by the
    /// mean of their absolute (l1) or squared (mse) differences.
    /// </summary>
    [OwnKey, OneOf("kl", "l1", "mse")]
    public string Loss { get; init; } = "kl";

    /// <summary>
    /// Linear layers of the projector, with batch normalisation and ReLU between them; the paper's has 2.
    /// </summary>
    [AtLeast(1), AtMost(3)]
    public int ProjectLayer { get; init; } = 2;

    /// <summary>
    /// Whether the student is compared with the teacher's text features, as in the paper; else with those of its own
    /// text tower, and its projector stays in its own space.
    /// </summary>
    [OwnKey]
    public bool SharedText { get; init; } = true;

    /// <summary>Whether all weights of the student's image tower learn too, in float32. Else they are frozen.</summary>
    [OwnKey]
    public bool TuneTower { get; init; }

    /// <summary>
    /// How many of the tower's last layers or blocks learn where it does, with all behind them; 0: the whole tower.
    /// </summary>
    [OwnKey, AtLeast(0)]
    public int TuneLayers { get; init; }

    /// <summary>
    /// What batch normalisation in a tower that learns does: it keeps the statistics of its checkpoint (frozen), or
    /// normalises by each batch and moves them (moving). CLIP's own ResNets keep theirs.
    /// </summary>
    [OwnKey, OneOf("frozen", "moving")]
    public string BatchNorm { get; init; } = "frozen";

    /// <summary>Learning rate of the tower's weights where they learn, in units of the projector's.</summary>
    [OwnKey, AtLeast(0)]
    public double TowerLrFactor { get; init; } = 1.0;

    /// <summary>Learning rate of the learned tokens, in units of the projector's, which is OPTIM.LR.</summary>
    [OwnKey, AtLeast(0)]
    public double PromptLrFactor { get; init; } = 1.0;

    /// <summary>
    /// Inputs of a projector's layer at which OPTIM.LR and DISTILL.START.LR hold: a wider one's weights learn more
    /// slowly, in proportion, a narrower one's faster. 0: all at the same rate.
    /// </summary>
    [OwnKey, AtLeast(0), AtMost(1_000_000)]
    public int RateWidth { get; init; }

    /// <summary>
    /// Length of what is added, while the projector learns, to the features of the student's tower: a random direction
    /// for each picture and epoch, in units of their own length. 0: nothing, as in the paper.
    /// </summary>
    [OwnKey, AtLeast(0), AtMost(1_000)]
    public double FeatureNoise { get; init; }

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
