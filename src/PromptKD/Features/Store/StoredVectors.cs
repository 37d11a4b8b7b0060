namespace PromptKD.Features.Store;

/// <summary>Class vectors as a store keeps them, so that the next run needs no teacher at all.</summary>
/// <param name="Vectors">Normalised, float32, [classes, embedding].</param>
/// <param name="LogitScale">exp(logit_scale) of the CLIP that made them.</param>
/// <param name="VocabularySha256">SHA-256 of the vocabulary that made their tokens.</param>
internal sealed record StoredVectors(Tensor Vectors, double LogitScale, string VocabularySha256)
{
    /// <summary>logit_bias of a CLIP that was trained with sigmoids; null of others.</summary>
    public double? LogitBias { get; init; }

    /// <summary>The file of those under a key.</summary>
    /// <param name="store">Folder of the store.</param>
    /// <param name="key">A digest of all that made them.</param>
    public static string PathOf(string store, string key) =>
        Path.Combine(store, "class_vectors", $"{key}.safetensors");
}
