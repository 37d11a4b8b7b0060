using System.Buffers;

namespace PromptKD.Inference;

/// <summary>The numbers that a model sees of one picture, [3, size, size], in pooled memory.</summary>
internal sealed class PreparedPicture(int values) : IDisposable
{
    private float[]? _pixels = ArrayPool<float>.Shared.Rent(values);

    /// <summary>Normalised pixels.</summary>
    public Span<float> Pixels => _pixels.AsSpan(0, values);

    /// <summary>Returns the memory to the pool.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _pixels, null) is { } pixels)
        {
            ArrayPool<float>.Shared.Return(pixels);
        }
    }
}
