namespace PretrainDemo;

/// <summary>
/// The batches of a pre-training, each picture with a caption. While one batch is learnt from, another thread makes the
/// next.
/// </summary>
internal abstract class BatchFeed
{
    /// <summary>The batches, one after the other.</summary>
    /// <param name="batches">How many.</param>
    /// <param name="size">Pictures in a batch.</param>
    public IEnumerable<CaptionedPictures> Read(int batches, int size)
    {
        Task<CaptionedPictures> next = Task.Run(() => Make(0, size));
        for (int batch = 0; batch < batches; batch++)
        {
            CaptionedPictures current = next.GetAwaiter().GetResult();
            long following = (batch + 1L) * size;
            if (batch + 1 < batches)
            {
                next = Task.Run(() => Make(following, size));
            }

            yield return current;
        }
    }

    /// <summary>Makes a batch; called by one thread at a time.</summary>
    /// <param name="first">How many pictures came before.</param>
    /// <param name="size">Pictures in the batch.</param>
    protected abstract CaptionedPictures Make(long first, int size);
}

/// <summary>A batch in managed memory.</summary>
/// <param name="Pixels">Normalised, [batch, 3, size, size], row-major.</param>
/// <param name="Tokens">[batch, context], row-major.</param>
/// <param name="Count">Pictures in the batch.</param>
/// <param name="Matches">Whether caption j is true of picture i, [batch, batch], row-major; null: its own
/// alone.</param>
internal sealed record CaptionedPictures(float[] Pixels, long[] Tokens, int Count, bool[]? Matches = null);
