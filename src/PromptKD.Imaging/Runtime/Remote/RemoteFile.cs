using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PromptKD.Runtime.Remote;

/// <summary>
/// A file of a server: read in parts, which are asked for again where a connection is cut, from the byte on that did
/// not come. The first answer says which version it is; no other is read. Threads may share it.
/// </summary>
internal sealed class RemoteFile
{
    private readonly Lock _lock = new();
    private readonly string _whole;
    private readonly IRemoteFiles _reader;
    private readonly RemotePatience _patience;
    private RemoteIdentity? _identity;

    /// <param name="address">Without a query, as <see cref="RemoteAddress.WithoutQuery"/> gave it.</param>
    /// <param name="reader">Asks for its parts.</param>
    /// <param name="patience">How long is waited for them.</param>
    public RemoteFile(string address, IRemoteFiles reader, RemotePatience patience)
    {
        Address = address;
        _whole = RemoteAddress.WithQuery(address);
        _reader = reader;
        _patience = patience;
    }

    /// <summary>Where it lies, without secrets.</summary>
    public string Address { get; }

    /// <summary>Length and version; null before the first answer.</summary>
    public RemoteIdentity? Identity
    {
        get
        {
            lock (_lock)
            {
                return _identity;
            }
        }
    }

    /// <summary>Attempts at a piece of work on this file.</summary>
    public RemoteAttempts Attempts() => new(Address, _patience, () => Identity is not null);

    /// <summary>Asks once for a part.</summary>
    /// <exception cref="PromptKDException">It cannot be had, or the file is another than before.</exception>
    /// <exception cref="IOException">The server did not answer.</exception>
    public async Task<RemotePart> OpenAsync(long start, long? length, CancellationToken cancellation)
    {
        RemotePart part = await _reader.OpenAsync(_whole, start, length, Identity?.Version, cancellation)
            .ConfigureAwait(false);
        var found = new RemoteIdentity(part.FileLength, part.Version);
        lock (_lock)
        {
            _identity ??= found;
            if (_identity == found)
            {
                return part;
            }
        }

        part.Dispose();
        throw RemoteFiles.Changed(Address);
    }

    /// <summary>Reads a part, whole.</summary>
    /// <param name="start">Its first byte.</param>
    /// <param name="length">How many; all lie in the file.</param>
    /// <param name="cancellation">Stops, also while it is waited for the server.</param>
    /// <exception cref="PromptKDException">It cannot be had, or the file is another than before.</exception>
    public async Task<byte[]> ReadAsync(long start, int length, CancellationToken cancellation)
    {
        byte[] bytes = new byte[length];
        int filled = 0;
        RemoteAttempts attempts = Attempts();
        while (filled < length)
        {
            try
            {
                int from = filled;
                using RemotePart part = await attempts
                    .OnceAsync(token => OpenAsync(start + from, length - from, token), cancellation)
                    .ConfigureAwait(false);
                while (filled < length)
                {
                    filled += await ReceiveAsync(part, bytes.AsMemory(filled), attempts, cancellation)
                        .ConfigureAwait(false);
                }
            }
            catch (IOException error)
            {
                await attempts.PauseAsync(error, cancellation).ConfigureAwait(false);
            }
        }

        return bytes;
    }

    /// <summary>Receives some bytes of a part, at least one.</summary>
    /// <exception cref="IOException">No more come.</exception>
    public static async Task<int> ReceiveAsync(
        RemotePart part, Memory<byte> target, RemoteAttempts attempts, CancellationToken cancellation)
    {
        int count = await attempts
            .OnceAsync(token => part.Content.ReadAsync(target, token).AsTask(), cancellation)
            .ConfigureAwait(false);
        if (count == 0)
        {
            throw new IOException("the connection was cut");
        }

        attempts.Received(count);
        return count;
    }
}

/// <summary>What tells a remote file from what it was or will be.</summary>
/// <param name="Length">Bytes.</param>
/// <param name="Version">What the server says of its content; may be empty.</param>
internal sealed record RemoteIdentity(long Length, string Version)
{
    // A time of change that lies in the first 913 years: never one within which a file may still change.
    private const long Times = (1L << 58) - 1;

    /// <summary>The same in the form that files have; null where the server says nothing of the content.</summary>
    public FileStamp? Stamp => Version.Length == 0
        ? null
        : new FileStamp(
            Length, BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(Version))) & Times);
}
