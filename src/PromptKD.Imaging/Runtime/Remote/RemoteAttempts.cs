namespace PromptKD.Runtime.Remote;

/// <summary>Counts the attempts at one piece of work, pauses between them, and gives up in the end.</summary>
/// <param name="address">What is read, for messages.</param>
/// <param name="patience">How long it may take.</param>
/// <param name="isKnown">Whether its server has answered before.</param>
internal sealed class RemoteAttempts(string address, RemotePatience patience, Func<bool> isKnown)
{
    private const int Progress = 1 << 20;

    private long _since = patience.Clock.GetTimestamp();
    private int _failed;
    private long _received;

    /// <summary>Does one thing until it succeeds.</summary>
    /// <exception cref="PromptKDException">It is given up.</exception>
    public async Task<TResult> RunAsync<TResult>(
        Func<CancellationToken, Task<TResult>> attempt, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await OnceAsync(attempt, cancellation).ConfigureAwait(false);
            }
            catch (IOException error)
            {
                await PauseAsync(error, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Does one thing, for as long as silence is borne.</summary>
    /// <exception cref="IOException">It takes longer, or fails.</exception>
    public async Task<TResult> OnceAsync<TResult>(
        Func<CancellationToken, Task<TResult>> attempt, CancellationToken cancellation)
    {
        using var patient = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patient.CancelAfter(patience.Silence);
        try
        {
            return await attempt(patient.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"nothing came for {patience.Silence.TotalSeconds:0.##} s", error);
        }
    }

    /// <summary>Tells that bytes came: where many did, the next failure is the first of its kind.</summary>
    public void Received(int count)
    {
        _received += count;
        if (_received >= Progress)
        {
            _received = 0;
            _failed = 0;
            _since = patience.Clock.GetTimestamp();
        }
    }

    /// <summary>Waits before the next attempt.</summary>
    /// <exception cref="PromptKDException">There is none.</exception>
    public Task PauseAsync(IOException error, CancellationToken cancellation)
    {
        int most = isKnown() ? patience.Pauses.Count : Math.Min(patience.PausesOfStrangers, patience.Pauses.Count);
        if (_failed >= most)
        {
            throw new PromptKDException(
                $"{address}: given up after {_failed + 1} attempts in "
                + $"{patience.Clock.GetElapsedTime(_since).TotalSeconds:0} s ({error.Message.TrimEnd('.')}). When the "
                + "server answers again, run the same command again.",
                error);
        }

        return Task.Delay(patience.Pauses[_failed++], cancellation);
    }
}
