using PromptKD.Data.Loading;

namespace PromptKD.Training;

/// <summary>A step that all processes take together.</summary>
/// <param name="Number">Of the batch in its epoch, from 0.</param>
/// <param name="Batch">This process's part; null where none of it could be read, or there is none.</param>
/// <param name="Pictures">Pictures of the whole batch.</param>
internal sealed record SharedStep(int Number, Batch? Batch, int Pictures)
{
    /// <summary>A step that is this process's alone.</summary>
    public static SharedStep Of(Batch batch) => new(batch.Number, batch, batch.Items.Count);

    /// <summary>How much this process's mean counts for the mean of all.</summary>
    public double Weight => (double)(Batch?.Items.Count ?? 0) / Math.Max(Pictures, 1);
}
