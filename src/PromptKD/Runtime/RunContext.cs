using PromptKD.Runtime.Processes;

namespace PromptKD.Runtime;

/// <summary>What all parts of a piece of work share.</summary>
/// <param name="Target">Where to compute, and in which element type.</param>
/// <param name="Observer">Is told how it goes.</param>
/// <param name="Digests">Knows the digests of files that have not changed since they were last hashed.</param>
/// <param name="Stop">Stops it: downloads, hashing, the making of a store, training.</param>
internal sealed record RunContext(
    ComputeTarget Target, IRunObserver Observer, DigestMemory Digests, CancellationToken Stop)
{
    /// <summary>Is told what a view takes, once it is known, by whoever stores features; null for nobody.</summary>
    public Action<ViewPace>? Paced { get; set; }

    /// <summary>Who does the work together; a process alone by default.</summary>
    public IProcessGroup Processes { get; init; } = OneProcess.Instance;
}
