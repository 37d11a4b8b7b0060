namespace PromptKD.Data.Datasets;

/// <summary>
/// The memory that the arrays of one MATLAB file may take: far above the few megabytes that labels need, and far below
/// what a small compressed file can stand for.
/// </summary>
internal sealed class MatBudget
{
    private const long Most = 48 << 20;

    private long _taken;

    /// <summary>Bytes that are left.</summary>
    public long Left => Most - _taken;

    /// <summary>Takes some, before they are allocated.</summary>
    /// <exception cref="InvalidDataException">There are not as many left.</exception>
    public void Take(long bytes)
    {
        if (bytes > Left)
        {
            throw new InvalidDataException($"its arrays take more than {Most >> 20} MiB.");
        }

        _taken += bytes;
    }
}
