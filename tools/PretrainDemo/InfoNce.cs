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
    /// <param name="matches">
    /// Whether text j is true of image i, [batch, batch], the diagonal included: each picture has to spread its choice
    /// evenly over its texts, and each text over its pictures (UniCL, arXiv 2204.03610). Null: the diagonal alone.
    /// </param>
    /// <returns>A scalar, in nats.</returns>
    public static Tensor Compute(Tensor images, Tensor texts, Tensor scale, Tensor? matches = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor unitImages = nn.functional.normalize(images, dim: -1);
        Tensor unitTexts = nn.functional.normalize(texts, dim: -1);
        Tensor logits = scale * unitImages.matmul(unitTexts.t()); // [batch of images, batch of texts]
        if (matches is not null)
        {
            Tensor loss = Spread(logits, matches) + Spread(logits.t(), matches.t());
            return (loss / 2).MoveToOuterDisposeScope();
        }

        Tensor own = arange(images.shape[0], ScalarType.Int64, logits.device);
        Tensor single = nn.functional.cross_entropy(logits, own) + nn.functional.cross_entropy(logits.t(), own);
        return (single / 2).MoveToOuterDisposeScope();
    }

    // Cross-entropy with a uniform choice among what matches, averaged over the rows.
    private static Tensor Spread(Tensor logits, Tensor matches)
    {
        Tensor target = matches.to(logits.dtype);
        target = target / target.sum(1, keepdim: true);
        return -(target * nn.functional.log_softmax(logits, dim: 1)).sum(1).mean();
    }
}
