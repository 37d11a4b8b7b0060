using PromptKD.Runtime;

namespace PromptKD.Data.Pictures;

/// <summary>
/// Where the bytes of a picture lie: a file of its own, a part of one, a row of a table. Threads may share it.
/// </summary>
internal interface IPictureBytes
{
    /// <summary>The file that they lie in; of a source of somebody's own, what it is called.</summary>
    string Path { get; }

    /// <summary>Whether that is a file, which shows by its size and time whether it has changed.</summary>
    bool IsInFile => true;

    /// <summary>What changes when the bytes do; null where nothing tells.</summary>
    FileStamp? FindStamp() => IsInFile ? FileStamp.OfAny(Path) : null;

    /// <summary>Reads the bytes, whole, and lends them.</summary>
    /// <param name="use">Gets the bytes, which are there only until it returns.</param>
    /// <returns>What <paramref name="use"/> returns.</returns>
    /// <exception cref="InvalidDataException">They cannot be got at, or do not fit in memory. Says why, not where.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    TResult Use<TResult>(Func<ReadOnlySpan<byte>, TResult> use);
}
