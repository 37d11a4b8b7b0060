namespace PromptKD.Configuration;

/// <summary>Checkpoints and log lines of the training loop: the keys <c>TRAIN.*</c>.</summary>
public sealed record TrainConfig
{
    /// <summary>Epochs between two checkpoints that are kept; 0 or negative keeps the last epoch's only.</summary>
    public int CheckpointFreq { get; init; }

    /// <summary>Batches between two log lines.</summary>
    [AtLeast(1)]
    public int PrintFreq { get; init; } = 10;

    /// <summary>Minutes between two saves of a running epoch; 0 saves at the end of epochs only.</summary>
    [OwnKey, AtLeast(0)]
    public double CheckpointMinutes { get; init; } = 5.0;

    /// <summary>
    /// Whether a run whose pictures changed goes on with them as they are; else it is refused, and they are named.
    /// </summary>
    [OwnKey]
    public bool AcceptChanges { get; init; }

    /// <summary>
    /// GiB that training may take in all where text prompts are learned, of the memory that models compute in; 0 takes
    /// what is free. It decides how many class sentences are encoded at a time, if <see cref="TextChunk"/> does not.
    /// </summary>
    [OwnKey, AtLeast(0)]
    public double Memory { get; init; }

    /// <summary>
    /// Class sentences encoded at a time where text prompts are learned: bounds memory for many classes, at the cost of
    /// encoding them twice; 0 takes as many as <see cref="Memory"/> holds.
    /// </summary>
    [OwnKey, AtLeast(0)]
    public int TextChunk { get; init; }
}
