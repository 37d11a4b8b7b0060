using System.Runtime.InteropServices;

namespace PromptKD.Runtime.Processes;

/// <summary>
/// The processes that do one piece of work together. Every one makes the same calls in the same order; each call
/// returns when all have made it.
/// </summary>
internal interface IProcessGroup
{
    /// <summary>This process, from 0. The first one writes all files, and speaks for all.</summary>
    int Rank { get; }

    /// <summary>How many there are.</summary>
    int Size { get; }

    /// <summary>
    /// What is spent in <see cref="Sum(Span{float})"/> and <see cref="Exchange"/> so far, waiting for the others
    /// included.
    /// </summary>
    TimeSpan Exchanging { get; }

    /// <summary>
    /// Replaces each value by its sum over all processes, added in the order of their ranks: the same bytes for all,
    /// and from run to run.
    /// </summary>
    /// <param name="values">As many in each process.</param>
    void Sum(Span<float> values);

    /// <summary>As the other form, of values that may lie on a GPU; there they stay, where that can be.</summary>
    /// <param name="values">float32, contiguous, as many in each process.</param>
    void Sum(Tensor values) => SumInMemory(values);

    /// <summary>How sums of what lies on GPUs are made, for the log; null where there were none.</summary>
    string? GpuSumsAre => null;

    /// <summary>Sums values of any device in main memory.</summary>
    sealed void SumInMemory(Tensor values)
    {
        if (values.device_type == DeviceType.CPU)
        {
            Sum(MemoryMarshal.Cast<byte, float>(values.bytes));
            return;
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor here = values.cpu();
        Sum(MemoryMarshal.Cast<byte, float>(here.bytes));
        values.copy_(here);
    }

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
