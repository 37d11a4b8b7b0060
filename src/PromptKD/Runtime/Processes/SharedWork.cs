namespace PromptKD.Runtime.Processes;

/// <summary>The processes of a group, for what goes through a list.</summary>
/// <param name="processes">All of them.</param>
internal sealed class SharedWork(IProcessGroup processes) : ISharedWork
{
    /// <summary>The processes of this work; null for one that works alone.</summary>
    public static ISharedWork? Of(IProcessGroup processes) => processes.IsAlone() ? null : new SharedWork(processes);

    /// <inheritdoc/>
    public ProcessShare Share => processes.Share();

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> Gather(byte[] own) => processes.Gather(own, CancellationToken.None);
}
