using PromptKD.Data.Loading;

namespace PromptKD.Inference;

/// <summary>Room for the pictures of a batch, each by itself, as models take them.</summary>
/// <param name="rows">How many pictures.</param>
/// <param name="size">Width and height of each, in pixels.</param>
internal sealed class PreparedRows(int rows, int size) : IPixelRows
{
    private readonly PreparedPicture[] _pictures =
        [.. Enumerable.Range(0, rows).Select(_ => new PreparedPicture(3 * size * size))];

    /// <summary>The pictures.</summary>
    public IReadOnlyList<PreparedPicture> Pictures => _pictures;

    /// <inheritdoc/>
    public Span<float> Row(int row) => _pictures[row].Pixels;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PreparedPicture picture in _pictures)
        {
            picture.Dispose();
        }
    }
}
