namespace PromptKD.Server.Models;

/// <summary>
/// Lets as many pictures be decoded at once as there are cores: each takes memory for all of its pixels.
/// </summary>
internal sealed class DecodeSlots : IDisposable
{
    private readonly SemaphoreSlim _free = new(Environment.ProcessorCount);

    /// <summary>Waits for a slot, and works.</summary>
    /// <param name="work">Decodes.</param>
    /// <param name="isOnlyOne">
    /// Whether the caller has nothing else to do: then a thread of the pool that is here already does it, not another.
    /// </param>
    /// <param name="cancellation">Nobody waits any more.</param>
    public async Task<TResult> Run<TResult>(Func<TResult> work, bool isOnlyOne, CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return isOnlyOne ? work() : await Task.Run(work, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _free.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _free.Dispose();
}
