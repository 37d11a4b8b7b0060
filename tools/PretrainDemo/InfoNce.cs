namespace PretrainDemo;

/// <summary>The contrastive loss of CLIP.</summary>
internal static class InfoNce
{
    /// <summary>
    /// Symmetric InfoNCE: each picture has to pick its own text among the batch's, and each text its own picture; the
    /// loss is the mean of the two cross-entropies (CLIP, arXiv 2103.00020, figure 3).
    /// </summary>
    /// <param name="images">Image features, any length, [batch, embedding].</param>
    /// <param name="texts">Text features, any length, row i describes image i, [batch, embedding].</param>
    /// <param name="scale">What cosine similarities are multiplied by, scalar.</param>
    /// <returns>A scalar, in nats.</returns>
    public static Tensor Compute(Tensor images, Tensor texts, Tensor scale)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor unitImages = nn.functional.normalize(images, dim: -1);
        Tensor unitTexts = nn.functional.normalize(texts, dim: -1);
        Tensor logits = scale * unitImages.matmul(unitTexts.t()); // [batch of images, batch of texts]
        Tensor own = arange(images.shape[0], ScalarType.Int64, logits.device);
        Tensor loss = nn.functional.cross_entropy(logits, own) + nn.functional.cross_entropy(logits.t(), own);
        return (loss / 2).MoveToOuterDisposeScope();
    }
}
