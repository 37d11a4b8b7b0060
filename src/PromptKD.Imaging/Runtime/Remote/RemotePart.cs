namespace PromptKD.Runtime.Remote;

/// <summary>A part of a remote file that is being received.</summary>
/// <param name="content">Its bytes; may end early, where a connection is cut.</param>
/// <param name="fileLength">How long the whole file is, bytes.</param>
/// <param name="version">What changes with the file's content; empty where the server says nothing such.</param>
/// <param name="answer">Is disposed with the part: ends the connection.</param>
public sealed class RemotePart(Stream content, long fileLength, string version, IDisposable answer) : IDisposable
{
    /// <summary>Its bytes; may end early, where a connection is cut.</summary>
    public Stream Content { get; } = content;

    /// <summary>How long the whole file is, bytes.</summary>
    public long FileLength { get; } = fileLength;

    /// <summary>What changes with the file's content; empty where the server says nothing such.</summary>
    public string Version { get; } = version;

    /// <inheritdoc/>
    public void Dispose()
    {
        Content.Dispose();
        answer.Dispose();
    }
}
