using PromptKD.Data.Pictures;
using PromptKD.Runtime;

namespace PromptKD.Data.Datasets;

/// <summary>Where a data set lies.</summary>
/// <param name="Entry">Which data set.</param>
/// <param name="Path">Its folder.</param>
/// <param name="Images">The folder that pictures are named relative to.</param>
internal sealed record DatasetFolder(DatasetEntry Entry, string Path, string Images)
{
    /// <summary>Told what is odd, but can be done without.</summary>
    public Action<string> Warn { get; init; } = _ => { };

    /// <summary>Receives what Dassl's programs print while they read a data set.</summary>
    public Action<string> Say { get; init; } = _ => { };

    /// <summary>Stops reading between files and folders.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>The full path of a file or folder of the data set.</summary>
    public string PathOf(string relative) => System.IO.Path.Combine(Path, relative);

    /// <summary>The lines of a text file of the data set, trimmed, without empty ones.</summary>
    /// <exception cref="PromptKDException">The file is missing or cannot be read.</exception>
    public IReadOnlyList<ListLine> ReadLines(string relative)
    {
        string path = PathOf(relative);
        try
        {
            return
            [
                .. RegularFile.ReadLines(path)
                    .Select((line, index) => new ListLine(line.Trim(), $"{path}:{index + 1}"))
                    .Where(line => line.Text.Length > 0),
            ];
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Missing(relative, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PromptKDException($"Cannot read '{path}': {error.Message}", error);
        }
    }

    /// <summary>One array of a MATLAB file of the data set.</summary>
    /// <exception cref="PromptKDException">The file is missing or cannot be read, or has no such array.</exception>
    public MatArray ReadMat(string relative, string array)
    {
        string path = PathOf(relative);
        if (!File.Exists(path))
        {
            throw Missing(relative);
        }

        return MatFile.Read(path).TryGetValue(array, out MatArray? found)
            ? found
            : throw new PromptKDException($"'{path}' has no array '{array}'. It is not the file of {Entry.Name}.");
    }

    /// <summary>A picture of the data set.</summary>
    /// <param name="path">Its path below <see cref="Images"/>.</param>
    /// <param name="label">Number of its class.</param>
    /// <param name="className">Name of its class.</param>
    /// <param name="place">Which file says so, and where in it; for the message.</param>
    /// <exception cref="PromptKDException">The path leads out of the folder of the pictures.</exception>
    public PictureItem Picture(string path, int label, string className, string place)
    {
        // A path with a zero character is none; the file system would throw.
        string full = path.Contains('\0') ? "" : System.IO.Path.GetFullPath(System.IO.Path.Combine(Images, path));
        string inside = System.IO.Path.TrimEndingDirectorySeparator(Images) + System.IO.Path.DirectorySeparatorChar;
        return full.StartsWith(inside, StringComparison.Ordinal)
            ? new PictureItem(full, label, className)
            : throw new PromptKDException(
                $"{place}: the picture '{path}' is not below '{Images}'. Name pictures relative to that folder.");
    }

    /// <summary>The error for a file or folder that is not there.</summary>
    public PromptKDException Missing(string relative, Exception? cause = null) => new(
        $"{Entry.Name}: '{PathOf(relative)}' is missing. ‹promptkd datasets show› says what has to be "
        + "there and where to get it.",
        cause)
    {
        Code = PromptKDError.MissingFile,
    };
}

/// <summary>A line of a text file.</summary>
/// <param name="Text">What it says, without blanks around it.</param>
/// <param name="Place">Which file and line, for messages.</param>
internal readonly record struct ListLine(string Text, string Place);
