namespace PromptKD.Inference;

/// <summary>
/// Answers what pictures show, whatever computes it. Any number of threads may share one; what is asked for while
/// another thread disposes it is answered or ends in an <see cref="ObjectDisposedException"/>.
/// </summary>
/// <remarks>
/// Every method throws <see cref="PromptKDException"/> for a picture that cannot be read (its code says whether it is
/// <see cref="PromptKDError.BadPicture"/>, a file that is missing, or of a kind that is not read here), and works on.
/// </remarks>
public interface IPictureClassifier : IPictureEmbedder
{
    /// <summary>Class names, in label order.</summary>
    IReadOnlyList<string> ClassNames { get; }

    /// <summary>Classifies one picture.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="top">How many classes to give, at least 1.</param>
    /// <param name="cancellationToken">Stops before the picture is computed.</param>
    /// <returns>The most probable classes, the most probable first.</returns>
    /// <exception cref="PromptKDException">The picture cannot be read.</exception>
    /// <exception cref="ObjectDisposedException">The classifier has been disposed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    IReadOnlyList<ClassProbability> Classify(
        PictureInput picture, int top = 1, CancellationToken cancellationToken = default);

    /// <summary>Classifies pictures, in batches.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <param name="top">How many classes to give for each, at least 1.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>For each picture, in order, the most probable classes.</returns>
    /// <exception cref="PromptKDException">A picture cannot be read; says which.</exception>
    /// <exception cref="ObjectDisposedException">The classifier has been disposed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    IReadOnlyList<IReadOnlyList<ClassProbability>> Classify(
        IReadOnlyList<PictureInput> pictures, int top = 1, CancellationToken cancellationToken = default);

    /// <summary>
    /// As the synchronous form; streams are read without holding a thread, the rest is done by the thread pool.
    /// </summary>
    /// <param name="picture">The picture.</param>
    /// <param name="top">How many classes to give, at least 1.</param>
    /// <param name="cancellationToken">Stops before the picture is computed.</param>
    /// <exception cref="PromptKDException">The picture cannot be read.</exception>
    /// <exception cref="ObjectDisposedException">The classifier has been disposed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    Task<IReadOnlyList<ClassProbability>> ClassifyAsync(
        PictureInput picture, int top = 1, CancellationToken cancellationToken = default);

    /// <summary>
    /// Classifies pictures as they come, in order: as many at once as are there, up to a batch, while the next are
    /// read.
    /// </summary>
    /// <param name="pictures">The pictures. Each stream is read before the next picture is asked for.</param>
    /// <param name="top">How many classes to give for each, at least 1.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>An answer for each picture; one that cannot be read has an error, and the others go on.</returns>
    /// <exception cref="ObjectDisposedException">The classifier has been disposed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    IAsyncEnumerable<ClassifiedPicture> ClassifyAsync(
        IAsyncEnumerable<PictureInput> pictures, int top = 1, CancellationToken cancellationToken = default);
}
