namespace PromptKD.Runtime;

/// <summary>Processes that go through one list together. Each makes the same calls in the same order.</summary>
internal interface ISharedWork
{
    /// <summary>Which part is this process's.</summary>
    ProcessShare Share { get; }

    /// <summary>Hands bytes to all; returns when all have done so.</summary>
    /// <param name="own">This process's.</param>
    /// <returns>Those of each process, by rank.</returns>
    IReadOnlyList<byte[]> Gather(byte[] own);
}
