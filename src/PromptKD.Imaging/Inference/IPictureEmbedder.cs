namespace PromptKD.Inference;

/// <summary>Turns pictures into vectors: the more two pictures are alike, the greater the product of theirs.</summary>
/// <remarks>Threads and errors as <see cref="IPictureClassifier"/> says.</remarks>
public interface IPictureEmbedder : IDisposable
{
    /// <summary>Numbers of a vector.</summary>
    int EmbeddingSize { get; }

    /// <summary>The vector of a picture.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="cancellationToken">Stops before the picture is computed.</param>
    /// <returns>[embedding size], of length 1.</returns>
    /// <exception cref="PromptKDException">The picture cannot be read.</exception>
    /// <exception cref="ObjectDisposedException">It has been disposed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    float[] Embed(PictureInput picture, CancellationToken cancellationToken = default);

    /// <summary>The vectors of pictures, computed in batches.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>For each picture, in order, [embedding size], of length 1.</returns>
    /// <exception cref="PromptKDException">A picture cannot be read; says which.</exception>
    /// <exception cref="ObjectDisposedException">It has been disposed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    IReadOnlyList<float[]> Embed(IReadOnlyList<PictureInput> pictures, CancellationToken cancellationToken = default);

    /// <summary>
    /// As the synchronous form; streams are read without holding a thread, the rest is done by the thread pool.
    /// </summary>
    /// <param name="picture">The picture.</param>
    /// <param name="cancellationToken">Stops before the picture is computed.</param>
    /// <returns>[embedding size], of length 1.</returns>
    /// <exception cref="PromptKDException">The picture cannot be read.</exception>
    /// <exception cref="ObjectDisposedException">It has been disposed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    Task<float[]> EmbedAsync(PictureInput picture, CancellationToken cancellationToken = default);
}
