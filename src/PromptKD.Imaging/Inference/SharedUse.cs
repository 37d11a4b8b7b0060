namespace PromptKD.Inference;

/// <summary>
/// Lets threads use what one of them may dispose: it is freed when the last call that is under way has ended, and no
/// call begins behind that.
/// </summary>
/// <param name="owner">Who is disposed, for the exception.</param>
/// <param name="free">Frees it.</param>
internal sealed class SharedUse(Type owner, Action free) : IDisposable
{
    private readonly Lock _gate = new();
    private int _users;
    private bool _ended;

    /// <summary>Begins a call, which ends when what is returned is disposed, once.</summary>
    /// <exception cref="ObjectDisposedException">It has been disposed.</exception>
    public Use Enter()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended, owner);
            _users++;
            return new Use(this);
        }
    }

    /// <summary>
    /// Refuses further calls; frees behind the last one that is under way. A second call does nothing.
    /// </summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            if (_users > 0)
            {
                return;
            }
        }

        free();
    }

    private void Leave()
    {
        lock (_gate)
        {
            _users--;
            if (!_ended || _users > 0)
            {
                return;
            }
        }

        free();
    }

    /// <summary>A call that is under way.</summary>
    internal readonly struct Use(SharedUse shared) : IDisposable
    {
        /// <summary>Ends the call.</summary>
        public void Dispose() => shared.Leave();
    }
}
