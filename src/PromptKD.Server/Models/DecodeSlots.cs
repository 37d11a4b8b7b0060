namespace PromptKD.Server.Models;

/// <summary>Lets as many pictures be decoded at once as there are cores: each takes memory for all of its pixels.</summary>
internal sealed class DecodeSlots : IDisposable
{
    private readonly SemaphoreSlim _free = new(Environment.ProcessorCount);

    /// <summary>Waits for a slot, and works in the thread pool.</summary>
    public async Task<TResult> Run<TResult>(Func<TResult> work, CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await Task.Run(work, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _free.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _free.Dispose();
}
