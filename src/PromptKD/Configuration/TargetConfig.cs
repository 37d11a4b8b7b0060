namespace PromptKD.Configuration;

/// <summary>
/// What the student is asked for, where that is not just what its teacher says of the view at hand: the keys
/// <c>DISTILL.TARGET.*</c>. Ours; the defaults leave the teacher's answers as they are.
/// </summary>
public sealed record TargetConfig
{
    /// <summary>
    /// Whether a picture's target is the mean of the teacher's class probabilities over all its stored views, instead
    /// of those of the view that the student sees.
    /// </summary>
    [OwnKey]
    public bool AllViews { get; init; }

    /// <summary>
    /// Divides the teacher's logits, and them alone: below 1 sharpens its answers, above 1 softens them.
    /// </summary>
    [OwnKey, Positive]
    public double Temperature { get; init; } = 1.0;

    /// <summary>
    /// Whether the temperature is the one at which the teacher's probabilities of a view best foretell its answer to
    /// the next view of the same picture: a calibration without labels, on stored features of two views or more.
    /// </summary>
    [OwnKey]
    public bool Calibrate { get; init; }

    /// <summary>
    /// How far the teacher's leaning to some classes is taken out, 0–1: each probability is divided by this power of
    /// its mean over all pictures and stored views. 1 supposes pictures of all classes alike; 0 supposes nothing.
    /// </summary>
    [OwnKey, AtLeast(0)]
    public double Balance { get; init; }
}
