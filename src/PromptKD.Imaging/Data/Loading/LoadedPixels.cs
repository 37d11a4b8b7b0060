namespace PromptKD.Data.Loading;

/// <summary>Some pictures, ready for one or several models. Owns its memory.</summary>
/// <param name="Preparations">How they were prepared, each once, the main one first.</param>
/// <param name="Pixels">The pixels of each preparation, those of pictures that could not be read among them.</param>
/// <param name="Rows">The rows in it of the pictures that could be read.</param>
/// <param name="Items">The places of these pictures in the list that the loader was given.</param>
/// <param name="Number">Place of the batch in its epoch, from 0.</param>
internal sealed record LoadedPixels(
    IReadOnlyList<Decoding.Preprocessing> Preparations,
    IReadOnlyList<IPixelRows> Pixels,
    IReadOnlyList<int> Rows,
    IReadOnlyList<int> Items,
    int Number) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IPixelRows pixels in Pixels)
        {
            pixels.Dispose();
        }
    }
}
