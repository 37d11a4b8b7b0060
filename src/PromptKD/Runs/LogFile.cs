using System.Globalization;
using System.Text;

namespace PromptKD.Runs;

/// <summary>A text file that grows line by line while a run goes on.</summary>
internal sealed class LogFile : IDisposable
{
    private readonly FileStream _stream;

    private LogFile(string path)
    {
        Path = path;

        // Unbuffered, so that a full disk shows where a line is written, not where the file is closed.
        _stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Opens <c>log.txt</c> of a folder; lines go behind those that are there.</summary>
    public static LogFile Append(string folder) => new(In(folder, ""));

    /// <summary>Opens <c>log.txt</c> of a folder, or where there is one, a log named by the time of day.</summary>
    public static LogFile Begin(string folder) => new(
        In(folder, File.Exists(In(folder, "")) ? DateTime.Now.ToString("-yyyy-MM-dd-HH-mm-ss", CultureInfo.InvariantCulture) : ""));

    /// <summary>Adds a line.</summary>
    /// <exception cref="PromptKDException">The disk is full.</exception>
    public void Write(string line)
    {
        try
        {
            _stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
        }
        catch (IOException error)
        {
            throw new PromptKDException($"Cannot write '{Path}': {error.Message}", error);
        }
    }

    /// <summary>Adds a line with the time, UTC.</summary>
    /// <exception cref="PromptKDException">The disk is full.</exception>
    public void WriteTimed(string line) =>
        Write(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd HH:mm:ss}Z {line}"));

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    // Dassl's programs put the time behind the ending: log.txt-2024-03-01-12-00-00.
    private static string In(string folder, string time) => System.IO.Path.Combine(folder, "log.txt" + time);
}
