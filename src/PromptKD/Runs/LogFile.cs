using System.Globalization;
using System.Text;
using PromptKD.Runtime;

namespace PromptKD.Runs;

/// <summary>A text file that grows line by line while a run goes on.</summary>
internal sealed class LogFile : IDisposable
{
    // Null where nothing may be written.
    private readonly AppendedFile? _file;

    private LogFile(AppendedFile? file) => _file = file;

    /// <summary>Keeps nothing: for the folder of a finished run on a file system that cannot be written.</summary>
    public static LogFile None { get; } = new(file: null);

    /// <summary>Opens <c>log.txt</c> of a folder; lines go behind those that are there.</summary>
    public static LogFile Append(string folder) => new(AppendedFile.Open(In(folder, "")));

    /// <summary>Opens <c>log.txt</c> of a folder, or where there is one, a log named by the time of day.</summary>
    public static LogFile Begin(string folder)
    {
        string time = DateTime.Now.ToString("-yyyy-MM-dd-HH-mm-ss", CultureInfo.InvariantCulture);
        return new(AppendedFile.Open(In(folder, File.Exists(In(folder, "")) ? time : "")));
    }

    /// <summary>Adds a line.</summary>
    /// <exception cref="PromptKDException">The disk is full, or the folder has gone.</exception>
    public void Write(string line) => _file?.Add(Encoding.UTF8.GetBytes(Printable.Columns(line) + "\n"));

    /// <summary>Adds a line with the time, UTC.</summary>
    /// <exception cref="PromptKDException">As <see cref="Write"/>.</exception>
    public void WriteTimed(string line) =>
        Write(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd HH:mm:ss}Z {line}"));

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    // Dassl's programs put the time behind the ending: log.txt-2024-03-01-12-00-00.
    private static string In(string folder, string time) => Path.Combine(folder, "log.txt" + time);
}
