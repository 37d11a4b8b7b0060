using Microsoft.Extensions.AI;
using PromptKD.Inference;

namespace PromptKD.Extensions.AI;

/// <summary>
/// A picture embedder for whoever asks for an embedding generator: pictures are the bytes of their files.
/// </summary>
/// <param name="embedder">Stays its owner's.</param>
public sealed class PictureEmbeddingGenerator(IPictureEmbedder embedder)
    : IEmbeddingGenerator<DataContent, Embedding<float>>
{
    /// <inheritdoc/>
    /// <exception cref="PromptKDException">A picture cannot be read; says which.</exception>
    /// <exception cref="ArgumentException">Other dimensions are asked for than the model has.</exception>
    /// <exception cref="ObjectDisposedException">The embedder has been disposed.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<DataContent> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        Generated.Check(options, embedder.EmbeddingSize);
        PictureInput[] pictures = [.. values.Select(value => PictureInput.FromBytes(value.Data))];
        return pictures is [var one]
            ? Generated.Of([await embedder.EmbedAsync(one, cancellationToken).ConfigureAwait(false)])
            : Generated.Of(await Task.Run(
                () => embedder.Embed(pictures, cancellationToken), cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        Generated.Service(serviceType, serviceKey, this, embedder, embedder.EmbeddingSize);

    /// <summary>Does nothing: the embedder is its owner's.</summary>
    public void Dispose()
    {
    }
}
