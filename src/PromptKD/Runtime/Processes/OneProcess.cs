namespace PromptKD.Runtime.Processes;

/// <summary>A process that works alone: nothing is exchanged.</summary>
internal sealed class OneProcess : IProcessGroup
{
    private OneProcess()
    {
    }

    /// <summary>The only one.</summary>
    public static OneProcess Instance { get; } = new();

    /// <inheritdoc/>
    public int Rank => 0;

    /// <inheritdoc/>
    public int Size => 1;

    /// <inheritdoc/>
    public TimeSpan Exchanging => TimeSpan.Zero;

    /// <inheritdoc/>
    public void Sum(Span<float> values)
    {
    }

    /// <inheritdoc/>
    public void Sum(Tensor values)
    {
    }

    /// <inheritdoc/>
    public byte[] Exchange(ReadOnlySpan<byte> own) => own.ToArray();

    /// <inheritdoc/>
    public void Wait(CancellationToken stop)
    {
    }

    /// <inheritdoc/>
    public void Broadcast(Span<byte> bytes, int root = 0)
    {
    }
}
