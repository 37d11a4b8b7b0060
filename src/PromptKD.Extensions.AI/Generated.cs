using Microsoft.Extensions.AI;

namespace PromptKD.Extensions.AI;

/// <summary>What both generators do alike.</summary>
internal static class Generated
{
    /// <summary>Refuses what the model cannot give.</summary>
    /// <exception cref="ArgumentException">Other dimensions are asked for.</exception>
    public static void Check(EmbeddingGenerationOptions? options, int size)
    {
        if (options?.Dimensions is { } wanted && wanted != size)
        {
            throw new ArgumentException($"The model's vectors have {size} numbers, not {wanted}.", nameof(options));
        }
    }

    /// <summary>Vectors as embeddings.</summary>
    public static GeneratedEmbeddings<Embedding<float>> Of(IEnumerable<float[]> vectors) =>
        new(vectors.Select(vector => new Embedding<float>(vector)));

    /// <summary>Answers who looks behind a generator.</summary>
    public static object? Service(Type type, object? key, object generator, object embedder, int size)
    {
        ArgumentNullException.ThrowIfNull(type);
        return key is not null ? null
            : type == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("promptkd", null, null, size)
            : type.IsInstanceOfType(generator) ? generator
            : type.IsInstanceOfType(embedder) ? embedder
            : null;
    }
}
