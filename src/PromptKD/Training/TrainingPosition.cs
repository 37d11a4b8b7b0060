using System.Text.Json.Serialization;
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
    public IReadOnlyList<SkippedPicture> Skipped { get; init => field = value ?? []; } = [];

    /// <summary>What a start before the first epoch came to; null where there was none.</summary>
    public EpochRecord? Start { get; init; }

    /// <summary>Whether nothing was learned yet that a checkpoint knows of.</summary>
    [JsonIgnore]
    public bool IsAtStart => this is { Start: null, Epoch: 0, Batch: 0, IsClosed: false };

    /// <summary>
    /// Finished epochs that <see cref="History"/> does not know: those of a run of Dassl's that this one goes on from.
    /// </summary>
    public int EpochsBefore { get; init; }

    /// <summary>One record for each other finished epoch.</summary>
    public IReadOnlyList<EpochRecord> History { get; init => field = value ?? []; } = [];

    /// <summary>The position in words.</summary>
    public string Describe() => this switch
    {
        { IsClosed: true } => $"the last batch of epoch {Epoch + 1}",
        { Batch: > 0 } => $"batch {Batch} of epoch {Epoch + 1}",
        { Epoch: 0, Start: not null } => "the start on stored features",
        _ => $"epoch {Epoch}",
    };

    /// <summary>Refuses a position that no run of so many epochs comes to.</summary>
    /// <param name="epochs">Epochs of the run.</param>
    /// <param name="path">Where the position was read.</param>
    /// <exception cref="PromptKDException">It is behind the last one.</exception>
    public void RefuseBeyond(int epochs, string path)
    {
        if (Epoch > epochs)
        {
            throw new PromptKDException(
                $"{path}: damaged: it stands behind {Describe()}, but the run has {epochs} "
                + "epochs. Delete it: the run goes on from the one before.");
        }
    }

    /// <summary>What cannot be so of any run, in words; null where everything can.</summary>
    public string? FindFault() =>
        Epoch < 0 || Batch < 0 || EpochsBefore < 0 ? $"epoch {Epoch}, batch {Batch}, {EpochsBefore} epochs before"
        : Pictures < 0 || Matches < 0 || Matches > Pictures ? $"{Matches} matches among {Pictures} pictures"
        : !double.IsFinite(LossSum) ? $"a sum of losses of {LossSum}"
        : IsClosed && Pictures == 0 ? "an epoch that is closed without a picture"
        : Skipped.Any(one => one is not { Path: not null, Reason: not null }) ? "a skipped picture without a name"
        : EpochsBefore + History.Count != Epoch ? $"{History.Count} records of {Epoch} epochs"
        : History.Index().Any(one => !IsRecord(one.Item, EpochsBefore + one.Index + 1)) ? "a record out of its place"
        : null;

    private static bool IsRecord(EpochRecord? record, int epoch) => record is not null
        && record.Epoch == epoch
        && record.Pictures > 0
        && double.IsFinite(record.Loss)
        && record.Agreement is >= 0 and <= 1
        && record.HeldOut is null or { Pictures: > 0, Agreement: >= 0 and <= 1 }
        && double.IsFinite(record.LearningRate);
}
