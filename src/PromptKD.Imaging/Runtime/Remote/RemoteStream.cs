namespace PromptKD.Runtime.Remote;

/// <summary>
/// A remote file from its beginning on, received as it is read. A short way forward is read through; a long one, or one
/// back, asks the server anew. For one thread.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="cancellation">Stops, also while it is waited for the server.</param>
internal sealed class RemoteStream(RemoteFile file, CancellationToken cancellation) : Stream
{
    private const int ReadThrough = 1 << 20;

    private readonly byte[] _buffer = new byte[1 << 17];
    private readonly RemoteAttempts _attempts = file.Attempts();
    private RemotePart? _part;
    private long _received;
    private int _bufferStart;
    private int _bufferEnd;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length
    {
        get
        {
            if (file.Identity is null)
            {
                Wait(OpenAsync(0));
            }

            return file.Identity!.Length;
        }
    }

    /// <inheritdoc/>
    public override long Position { get; set; }

    private long BufferPlace => _received - (_bufferEnd - _bufferStart);

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || Position >= Length)
        {
            return 0;
        }

        Wait(AdvanceAsync());
        int count = Math.Min(buffer.Length, _bufferEnd - _bufferStart);
        _buffer.AsSpan(_bufferStart, count).CopyTo(buffer);
        _bufferStart += count;
        Position += count;
        return count;
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    /// <inheritdoc/>
    public override void Flush()
    {
        // Nothing is written.
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _part?.Dispose();
        base.Dispose(disposing);
    }

    private static void Wait(Task task) => task.GetAwaiter().GetResult();

    /// <summary>Brings the byte at the position into the buffer.</summary>
    private async Task AdvanceAsync()
    {
        while (true)
        {
            long ahead = Position - BufferPlace;
            if (ahead >= 0 && ahead < _bufferEnd - _bufferStart)
            {
                _bufferStart += (int)ahead;
                return;
            }

            try
            {
                if (_part is null || ahead < 0 || ahead > ReadThrough)
                {
                    await OpenAsync(Position).ConfigureAwait(false);
                }

                _bufferStart = _bufferEnd = 0;
                _bufferEnd = await RemoteFile.ReceiveAsync(_part!, _buffer, _attempts, cancellation)
                    .ConfigureAwait(false);
                _received += _bufferEnd;
            }
            catch (IOException error)
            {
                HangUp();
                await _attempts.PauseAsync(error, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task OpenAsync(long start)
    {
        HangUp();
        _part = await _attempts.RunAsync(token => file.OpenAsync(start, length: null, token), cancellation)
            .ConfigureAwait(false);
        _received = start;
        _bufferStart = _bufferEnd = 0;
    }

    private void HangUp()
    {
        _part?.Dispose();
        _part = null;
    }
}
