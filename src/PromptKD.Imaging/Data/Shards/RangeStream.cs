namespace PromptKD.Data.Shards;

/// <summary>
/// A file up to some place, to be read by a library that does not look for the end: reading there is an error, not
/// nothing, so that it cannot wait for ever.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="end">Where it is to end, bytes.</param>
/// <param name="stop">Ends reading, too: the library has no ear for it.</param>
internal sealed class RangeStream(Stream file, long end, CancellationToken stop = default) : Stream
{
    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => file.Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => file.Position;
        set => file.Position = value;
    }

    /// <summary>Where reading ends.</summary>
    public long End { get; set; } = end;

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => buffer.IsEmpty ? 0 : file.Read(buffer[..Within(buffer.Length)]);

    /// <inheritdoc/>
    public override int ReadByte()
    {
        Within(1);
        return file.ReadByte();
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => file.Seek(offset, origin);

    /// <inheritdoc/>
    public override void Flush()
    {
        // Nothing is written.
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Within(int count)
    {
        stop.ThrowIfCancellationRequested();
        return file.Position < End
            ? (int)Math.Min(count, End - file.Position)
            : throw new EndOfStreamException("it ends early");
    }
}
