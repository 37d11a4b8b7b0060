namespace PromptKD.Server.Operations;

/// <summary>Is told how batches go, by the thread that computes them.</summary>
internal interface IBatchObserver
{
    /// <summary>A batch was computed.</summary>
    /// <param name="waited">How long each of its pictures waited.</param>
    /// <param name="computed">How long the batch took.</param>
    void OnComputed(IReadOnlyList<TimeSpan> waited, TimeSpan computed);
}
