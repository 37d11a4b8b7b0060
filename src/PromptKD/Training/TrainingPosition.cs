using PromptKD.Data.Pictures;

namespace PromptKD.Training;

/// <summary>How far a run has come: enough, with the learned values and their momentum, to go on exactly.</summary>
/// <remarks>
/// There is no random state to keep: the order of an epoch and every crop and flip are functions of seed, epoch and
/// picture.
/// </remarks>
internal sealed record TrainingPosition
{
    /// <summary>Epochs finished; also the index of the epoch that is running.</summary>
    public int Epoch { get; init; }

    /// <summary>Batches of the running epoch that are done.</summary>
    public int Batch { get; init; }

    /// <summary>
    /// Whether the running epoch is closed: its last step is taken and the method was told of its end, but it is not
    /// measured yet.
    /// </summary>
    public bool IsClosed { get; init; }

    /// <summary>Sum over the epoch's pictures of their batch's loss.</summary>
    public double LossSum { get; init; }

    /// <summary>Pictures of this epoch on which the model agreed with what was asked of it.</summary>
    public long Matches { get; init; }

    /// <summary>Pictures of this epoch that were learned from.</summary>
    public long Pictures { get; init; }

    /// <summary>Pictures that could not be read so far, in any epoch.</summary>
    public IReadOnlyList<SkippedPicture> Skipped { get; init; } = [];

    /// <summary>One record for each finished epoch.</summary>
    public IReadOnlyList<EpochRecord> History { get; init; } = [];

    /// <summary>The position in words.</summary>
    public string Describe() => IsClosed ? $"the last batch of epoch {Epoch + 1}" : Batch == 0 ? $"epoch {Epoch}" : $"batch {Batch} of epoch {Epoch + 1}";
}
