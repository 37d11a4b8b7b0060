using Microsoft.Extensions.AI;
using PromptKD.Inference;

namespace PromptKD.Extensions.AI;

/// <summary>A text embedder for whoever asks for an embedding generator.</summary>
/// <param name="embedder">Stays its owner's.</param>
public sealed class TextEmbeddingGenerator(TextEmbedder embedder) : IEmbeddingGenerator<string, Embedding<float>>
{
    /// <inheritdoc/>
    /// <exception cref="PromptKDException">A text has more tokens than the tower reads.</exception>
    /// <exception cref="ArgumentException">Other dimensions are asked for than the model has.</exception>
    /// <exception cref="ObjectDisposedException">The embedder has been disposed.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        Generated.Check(options, embedder.EmbeddingSize);
        return Generated.Of(await embedder.EmbedAsync([.. values], cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        Generated.Service(serviceType, serviceKey, this, embedder, embedder.EmbeddingSize);

    /// <summary>Does nothing: the embedder is its owner's.</summary>
    public void Dispose()
    {
    }
}
