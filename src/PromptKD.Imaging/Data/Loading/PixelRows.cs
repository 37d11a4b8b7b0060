namespace PromptKD.Data.Loading;

/// <summary>Pixels in an array.</summary>
/// <param name="rows">How many pictures.</param>
/// <param name="size">Width and height of each, in pixels.</param>
internal sealed class PixelRows(int rows, int size) : IPixelRows
{
    private readonly float[] _values = new float[rows * 3 * size * size];

    /// <summary>Makes room for some pictures, as <see cref="PixelLoader"/> asks for it.</summary>
    public static IPixelRows Allocate(int rows, int size) => new PixelRows(rows, size);

    /// <inheritdoc/>
    public Span<float> Row(int row)
    {
        int length = _values.Length / rows;
        return _values.AsSpan(row * length, length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
