using PromptKD.Runtime;
using PromptKD.Runtime.Remote;

namespace PromptKD.Data.Pictures;

/// <summary>The bytes of a part of a remote file.</summary>
/// <param name="File">The file; its length is known.</param>
/// <param name="Offset">Where the part begins, bytes.</param>
/// <param name="Length">How long it is, bytes.</param>
/// <param name="Stop">Ends waiting for the server.</param>
internal sealed record RemoteBytes(RemoteFile File, long Offset, long Length, CancellationToken Stop) : IPictureBytes
{
    /// <inheritdoc/>
    public string Path => File.Address;

    /// <inheritdoc/>
    public bool IsInFile => false;

    /// <inheritdoc/>
    public FileStamp? FindStamp() => File.Identity?.Stamp;

    /// <inheritdoc/>
    /// <exception cref="PromptKDException">The server does not give them. That is no fault of the picture.</exception>
    public TResult Use<TResult>(Func<ReadOnlySpan<byte>, TResult> use) => Length > Array.MaxLength
        ? throw new InvalidDataException($"a file of {Length} bytes does not fit in memory")
        : use(RemoteWindows.Shared.Read(File, Offset, (int)Length, Stop).Span);
}
