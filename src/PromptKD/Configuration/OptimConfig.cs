namespace PromptKD.Configuration;

/// <summary>Optimizer and learning-rate schedule: the keys <c>OPTIM.*</c>.</summary>
public sealed record OptimConfig
{
    /// <summary>As many have their learning rates kept in memory.</summary>
    internal const int MostEpochs = 1_000_000;

    /// <summary>The rule: sgd, adam or adamw. Every published trainer file but one says sgd.</summary>
    public string Name { get; init; } = "adam";

    /// <summary>Learning rate after the warm-up.</summary>
    [AtLeast(0)]
    public double Lr { get; init; } = 0.0003;

    /// <summary>
    /// Weight decay, applied to every trained tensor alike: part of the gradient, but of adamw, which shrinks the
    /// values.
    /// </summary>
    [AtLeast(0)]
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>Momentum of sgd and rmsprop, 0–1.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Dampening of sgd's momentum. Dassl's key lacks a letter and takes whole numbers only.</summary>
    [Spelled("SGD_DAMPNING")]
    public int SgdDampening { get; init; }

    /// <summary>Whether sgd uses Nesterov's momentum.</summary>
    public bool SgdNesterov { get; init; }

    /// <summary>Smoothing of rmsprop, 0–1.</summary>
    public double RmspropAlpha { get; init; } = 0.99;

    /// <summary>Decay of adam's and adamw's mean of the gradients, 0–1.</summary>
    public double AdamBeta1 { get; init; } = 0.9;

    /// <summary>Decay of adam's and adamw's mean of the squared gradients, 0–1.</summary>
    public double AdamBeta2 { get; init; } = 0.999;

    /// <summary>
    /// Longest gradient of a step, over all that is learned: a longer one is shortened to it. 0 takes any.
    /// </summary>
    [OwnKey, AtLeast(0)]
    public double ClipNorm { get; init; }

    /// <summary>How the learning rate falls.</summary>
    [OneOf("single_step", "multi_step", "cosine")]
    public string LrScheduler { get; init; } = "single_step";

    /// <summary>
    /// single_step: its last number is the epochs between two steps, at most 0 for MAX_EPOCH. multi_step: the
    /// epochs at which the rate falls.
    /// </summary>
    [Spelled("STEPSIZE")]
    public ValueList<int> StepSize { get; init; } = [-1];

    /// <summary>Factor of the learning rate at each step of single_step and multi_step.</summary>
    public double Gamma { get; init; } = 0.1;

    /// <summary>Epochs of training.</summary>
    [AtLeast(0), AtMost(MostEpochs)]
    public int MaxEpoch { get; init; } = 10;

    /// <summary>Epochs of warm-up; 0 or negative for none.</summary>
    public int WarmupEpoch { get; init; } = -1;

    /// <summary>constant: at WARMUP_CONS_LR throughout; linear: from WARMUP_MIN_LR up to the full rate.</summary>
    [OneOf("constant", "linear")]
    public string WarmupType { get; init; } = "linear";

    /// <summary>Learning rate of a constant warm-up.</summary>
    [AtLeast(0)]
    public double WarmupConsLr { get; init; } = 1e-5;

    /// <summary>Learning rate of the first epoch of a linear warm-up.</summary>
    [AtLeast(0)]
    public double WarmupMinLr { get; init; } = 1e-5;

    /// <summary>Whether the schedule starts at its beginning after the warm-up, or has run meanwhile.</summary>
    public bool WarmupRecount { get; init; } = true;
}
