using System.Runtime.CompilerServices;
using PromptKD.Data.Decoding;

namespace PromptKD.Inference;

/// <summary>A classifier but for what computes it.</summary>
public abstract class PictureClassifier : IPictureClassifier
{
    private readonly SharedClassifier _shared;

    /// <param name="model">Taken over.</param>
    /// <param name="preprocessing">How the model wants its pictures.</param>
    /// <param name="classNames">In label order.</param>
    /// <param name="embeddingSize">Numbers of a vector.</param>
    /// <param name="options">As they were checked.</param>
    private protected PictureClassifier(
        IPictureModel model,
        Preprocessing preprocessing,
        IReadOnlyList<string> classNames,
        int embeddingSize,
        ClassifierOptions options)
    {
        _shared = new SharedClassifier(GetType(), model, options);
        Preprocessing = preprocessing;
        ClassNames = classNames;
        EmbeddingSize = embeddingSize;
    }

    /// <summary>
    /// How pictures are prepared: as the model was trained, unless loading asked for another uprightness.
    /// </summary>
    public Preprocessing Preprocessing { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public int EmbeddingSize { get; }

    /// <summary>Classifies a picture file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="top">How many classes to give, at least 1.</param>
    /// <param name="cancellationToken">Stops before the picture is computed.</param>
    /// <returns>The most probable classes, the most probable first.</returns>
    /// <exception cref="PromptKDException">The picture cannot be read.</exception>
    /// <exception cref="ObjectDisposedException">The classifier has been disposed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<ClassProbability> Classify(
        string path, int top = 1, CancellationToken cancellationToken = default) =>
        Classify(PictureInput.FromFile(path), top, cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<ClassProbability> Classify(
        PictureInput picture, int top = 1, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(top);
        return Best(_shared.Of(picture, cancellationToken).Probabilities, top);
    }

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyList<ClassProbability>> Classify(
        IReadOnlyList<PictureInput> pictures, int top = 1, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(top);
        return [.. _shared.OfAll(pictures, cancellationToken).Select(output => Best(output.Probabilities, top))];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ClassProbability>> ClassifyAsync(
        PictureInput picture, int top = 1, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(top);
        return Best((await _shared.OfAsync(picture, cancellationToken).ConfigureAwait(false)).Probabilities, top);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ClassifiedPicture> ClassifyAsync(
        IAsyncEnumerable<PictureInput> pictures, int top = 1, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(top);
        return ClassifyEach(pictures, top, cancellationToken);
    }

    /// <inheritdoc/>
    public float[] Embed(PictureInput picture, CancellationToken cancellationToken = default) =>
        _shared.Of(picture, cancellationToken).Features;

    /// <inheritdoc/>
    public IReadOnlyList<float[]> Embed(
        IReadOnlyList<PictureInput> pictures, CancellationToken cancellationToken = default) =>
        [.. _shared.OfAll(pictures, cancellationToken).Select(output => output.Features)];

    /// <inheritdoc/>
    public async Task<float[]> EmbedAsync(PictureInput picture, CancellationToken cancellationToken = default) =>
        (await _shared.OfAsync(picture, cancellationToken).ConfigureAwait(false)).Features;

    /// <summary>
    /// Frees the model behind the last call that is under way; later calls end in
    /// <see cref="ObjectDisposedException"/>.
    /// </summary>
    public void Dispose()
    {
        _shared.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>What computes; for who makes batches of its own, between <see cref="Enter"/> and its end.</summary>
    internal IPictureModel Model => _shared.Model;

    /// <summary>How pictures become what the model takes.</summary>
    internal InputReader Reader => _shared.Reader;

    /// <summary>Begins a call during which the model stays.</summary>
    /// <exception cref="ObjectDisposedException">The classifier has been disposed.</exception>
    internal SharedUse.Use Enter() => _shared.Enter();

    /// <summary>The most probable of all classes.</summary>
    /// <param name="probabilities">[classes].</param>
    /// <param name="top">How many.</param>
    internal IReadOnlyList<ClassProbability> Best(float[] probabilities, int top) =>
    [
        .. Enumerable.Range(0, probabilities.Length)
            .OrderByDescending(label => probabilities[label])
            .Take(top)
            .Select(label => new ClassProbability(ClassNames[label], label, probabilities[label])),
    ];

    private async IAsyncEnumerable<ClassifiedPicture> ClassifyEach(
        IAsyncEnumerable<PictureInput> pictures, int top, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int index = 0;
        await foreach (PictureReading one in _shared.OfEach(pictures, cancellationToken).ConfigureAwait(false))
        {
            yield return new ClassifiedPicture(
                index++, one.Output is { } output ? Best(output.Probabilities, top) : [], one.Error);
        }
    }
}
