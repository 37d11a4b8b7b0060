namespace PromptKD.Configuration;

/// <summary>
/// The cached start of a distillation: the keys <c>DISTILL.START.*</c>. Features of teacher and student are stored
/// once, and the projector learns from them alone, at the cost of no image tower, before tokens and projector learn
/// together.
/// </summary>
public sealed record StartConfig
{
    /// <summary>Passes over the stored features; 0 for no such start.</summary>
    [OwnKey, AtLeast(0), AtMost(OptimConfig.MostEpochs)]
    public int Epochs { get; init; }

    /// <summary>Pictures in a batch of stored features.</summary>
    [OwnKey, AtLeast(2), AtMost(LoaderConfig.MostPictures)]
    public int BatchSize { get; init; } = 64;

    /// <summary>
    /// Passes in which the learning rate rises to <see cref="Lr"/> on a line, before it falls; 0 for none.
    /// </summary>
    [OwnKey, AtLeast(0)]
    public int WarmupEpoch { get; init; }

    /// <summary>
    /// Learning rate of the first pass, from which it falls to 0 along a cosine. The rule is OPTIM.NAME's.
    /// </summary>
    [OwnKey, AtLeast(0)]
    public double Lr { get; init; } = 0.001;

    /// <summary>
    /// Above 0, the projector's last layer begins as a ridge regression on the teacher's features, with a penalty of
    /// this many times the mean variance of what it sees; 0: at random, as torch draws it.
    /// </summary>
    [OwnKey, AtLeast(0)]
    public double Ridge { get; init; }
}
