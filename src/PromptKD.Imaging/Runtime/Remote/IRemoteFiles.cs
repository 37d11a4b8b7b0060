namespace PromptKD.Runtime.Remote;

/// <summary>
/// Reads files of servers whose addresses begin in a certain way; <see cref="RemoteFiles.Register"/> makes it known.
/// Threads share it. It asks once: who calls it waits, and asks again where that may help.
/// </summary>
public interface IRemoteFiles
{
    /// <summary>What addresses begin with, before <c>://</c>, in small letters.</summary>
    IReadOnlyList<string> Schemes { get; }

    /// <summary>The addresses of all files below a folder, however deep, in any order.</summary>
    /// <param name="folder">Ends with '/'.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="PromptKDException">It cannot be listed, and asking again would not help.</exception>
    /// <exception cref="IOException">The server did not answer, or is busy. Says why, not where.</exception>
    Task<IReadOnlyList<string>> ListAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Begins to read a part of a file.</summary>
    /// <param name="address">The file, with what the user gave behind '?'.</param>
    /// <param name="start">The first byte.</param>
    /// <param name="length">How many; null to the end of the file.</param>
    /// <param name="version">
    /// The <see cref="RemotePart.Version"/> that it had; another is refused, where the server can tell. Null for any.
    /// </param>
    /// <param name="cancellationToken">Stops; also what is read from the part later.</param>
    /// <exception cref="PromptKDException">It cannot be read, and asking again would not help.</exception>
    /// <exception cref="IOException">The server did not answer, or is busy. Says why, not where.</exception>
    Task<RemotePart> OpenAsync(
        string address, long start, long? length, string? version, CancellationToken cancellationToken);
}
