namespace PromptKD.Data.Loading;

/// <summary>Some pictures, ready for a model. Owns its tensors: dispose it when the step is done.</summary>
/// <param name="images">[batch, 3, height, width], float32, normalised.</param>
/// <param name="labels">[batch], int64; null where pictures have no label.</param>
/// <param name="items">The place of each picture in the list that the loader was given.</param>
internal sealed class Batch(Tensor images, Tensor? labels, IReadOnlyList<int> items) : IDisposable
{
    /// <summary>[batch, 3, height, width], float32, normalised, in main memory.</summary>
    public Tensor Images { get; } = images;

    /// <summary>Class numbers, [batch], int64; null if any picture of the list has no label.</summary>
    public Tensor? Labels { get; } = labels;

    /// <summary>The place of each picture in the list that the loader was given.</summary>
    public IReadOnlyList<int> Items { get; } = items;

    /// <summary>
    /// Place of this batch in its epoch, from 0. A batch of which no picture could be read is left out.
    /// </summary>
    public int Number { get; init; }

    /// <summary>Number of the view of each picture, from 0; null for the middle of the picture.</summary>
    public int? View { get; init; }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Images.Dispose();
        Labels?.Dispose();
    }
}
