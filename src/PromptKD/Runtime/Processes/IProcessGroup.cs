namespace PromptKD.Runtime.Processes;

/// <summary>
/// The processes that do one piece of work together. Every one makes the same calls in the same order; each call returns
/// when all have made it.
/// </summary>
internal interface IProcessGroup
{
    /// <summary>This process, from 0. The first one writes all files, and speaks for all.</summary>
    int Rank { get; }

    /// <summary>How many there are.</summary>
    int Size { get; }

    /// <summary>What is spent in <see cref="Sum"/> and <see cref="Exchange"/> so far, waiting for the others included.</summary>
    TimeSpan Exchanging { get; }

    /// <summary>
    /// Replaces each value by its sum over all processes, added in the order of their ranks: the same bytes for all, and
    /// from run to run.
    /// </summary>
    /// <param name="values">As many in each process.</param>
    void Sum(Span<float> values);

    /// <summary>Hands a few bytes to all, without letting the processor rest: for what every step needs.</summary>
    /// <param name="own">This process's, as many in each.</param>
    /// <returns>Those of all, one process behind the other.</returns>
    byte[] Exchange(ReadOnlySpan<byte> own);

    /// <summary>Waits for all, however long that takes, and costs no processor time meanwhile.</summary>
    /// <param name="stop">Ends the waiting.</param>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    void Wait(CancellationToken stop);

    /// <summary>Replaces the bytes by those of one process.</summary>
    /// <param name="bytes">As many in each.</param>
    /// <param name="root">Whose.</param>
    void Broadcast(Span<byte> bytes, int root = 0);
}
