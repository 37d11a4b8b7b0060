namespace PromptKD.Data.Loading;

/// <summary>
/// Memory for the pixels of some pictures, as one model wants them. Threads write into it, each row once.
/// </summary>
internal interface IPixelRows : IDisposable
{
    /// <summary>The memory of a picture.</summary>
    /// <param name="row">Its place.</param>
    /// <returns>[3, size, size] floats.</returns>
    Span<float> Row(int row);
}
