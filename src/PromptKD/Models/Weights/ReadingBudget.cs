namespace PromptKD.Models.Weights;

/// <summary>
/// What reading the tensors of one file may cost, in proportion to the file: views can share and repeat what is stored,
/// and stored values can be compressed, so that a small file describes any amount of memory.
/// </summary>
/// <param name="fileLength">Bytes of the file.</param>
internal sealed class ReadingBudget(long fileLength)
{
    // A checkpoint may hold each value twice (tied weights) and little ones expanded.
    private const long Spare = 16 << 20;
    private const int Copies = 2;

    // To get at a view, what lies between its values is read, too.
    private const int Passes = 16;

    private long _memory = Spare + (Copies * fileLength);
    private long _bytesRead = Spare + (Passes * fileLength);

    /// <summary>Pays for a tensor before it is made.</summary>
    /// <param name="memory">Bytes of its elements.</param>
    /// <param name="bytesRead">Bytes to read.</param>
    /// <exception cref="InvalidDataException">There is not as much left.</exception>
    public void Spend(long memory, long bytesRead)
    {
        _memory -= memory;
        _bytesRead -= bytesRead;
        if (_memory < 0 || _bytesRead < 0)
        {
            throw new InvalidDataException(
                $"its tensors are far larger than the file of {fileLength} bytes that holds them.");
        }
    }
}
