using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace PromptKD.Runtime;

/// <summary>
/// Opens files to read them, and nothing but files: whoever opens a named pipe waits for its other end, and a device
/// may have no end. Every path that a user gives, or that lies in a folder of theirs, is opened here.
/// </summary>
internal static partial class RegularFile
{
    private const int CurrentFolder = -100; // AT_FDCWD: relative paths count from there.
    private const uint TypeWanted = 1; // STATX_TYPE
    private const int StatusLength = 256;
    private const int ModePlace = 28;
    private const int TypeMask = 0xF000;
    private const int PipeType = 0x1000;
    private const int CharacterDeviceType = 0x2000;
    private const int FolderType = 0x4000;
    private const int BlockDeviceType = 0x6000;
    private const int FileType = 0x8000;

    // Letters of a line: a file without line breaks is no text of lines, and would take many times its size.
    private const int LongestLine = 1 << 22;

    /// <summary>Opens a file to read it.</summary>
    /// <param name="path">The file, or a link to one.</param>
    /// <param name="bufferSize">Of the stream, bytes; 0 or 1 for none.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="IOException">It is no regular file (says what it is), or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FileStream Open(string path, int bufferSize = 4096)
    {
        RefuseOthers(path);
        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize);
    }

    /// <summary>Opens a file to read it at any place.</summary>
    /// <exception cref="IOException">As <see cref="Open"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">As <see cref="Open"/>.</exception>
    public static SafeFileHandle OpenHandle(string path)
    {
        RefuseOthers(path);
        return File.OpenHandle(path);
    }

    /// <summary>All of a file.</summary>
    /// <exception cref="IOException">As <see cref="Open"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">As <see cref="Open"/>.</exception>
    public static byte[] ReadAllBytes(string path)
    {
        RefuseOthers(path);
        return File.ReadAllBytes(path);
    }

    /// <summary>All of a text file, in UTF-8 unless it begins with another's mark.</summary>
    /// <exception cref="IOException">As <see cref="Open"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">As <see cref="Open"/>.</exception>
    public static string ReadAllText(string path)
    {
        RefuseOthers(path);
        return File.ReadAllText(path);
    }

    /// <summary>The lines of a text file, one after the other.</summary>
    /// <exception cref="IOException">As <see cref="Open"/>; at once, not with the first line.</exception>
    /// <exception cref="UnauthorizedAccessException">As <see cref="Open"/>.</exception>
    public static IEnumerable<string> ReadLines(string path)
    {
        Open(path).Dispose();
        return Lines(path);
    }

    // As File.ReadLines, but for a line that does not end.
    private static IEnumerable<string> Lines(string path)
    {
        using var reader = new StreamReader(Open(path, bufferSize: 1));
        char[] letters = new char[1 << 14];
        var line = new StringBuilder();
        bool isBehindReturn = false;
        for (int count = reader.Read(letters); count > 0; count = reader.Read(letters))
        {
            int start = isBehindReturn && letters[0] == '\n' ? 1 : 0;
            isBehindReturn = letters[count - 1] == '\r';
            while (letters.AsSpan(start, count - start).IndexOfAny('\r', '\n') is var length and >= 0)
            {
                yield return line.Append(letters, start, length).ToString();
                line.Clear();
                int end = start + length;
                start = end + 1 + (letters[end] == '\r' && end + 1 < count && letters[end + 1] == '\n' ? 1 : 0);
            }

            if (line.Append(letters, start, count - start).Length > LongestLine)
            {
                throw new IOException($"A line has more than {LongestLine} letters: it is no text of lines.");
            }
        }

        if (line.Length > 0)
        {
            yield return line.ToString();
        }
    }

    /// <summary>Does what reads a file, and says what is wrong with the file where that fails.</summary>
    /// <param name="path">The file, for the message.</param>
    /// <param name="read">Opens it with one of the others.</param>
    /// <exception cref="PromptKDException">
    /// It is not there, is no regular file, or cannot or may not be read.
    /// </exception>
    public static TResult Explain<TResult>(string path, Func<string, TResult> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception error) when (ReasonOf(error) is not null)
        {
            throw new PromptKDException($"{path}: {ReasonOf(error)}.", error) { Code = CodeOf(error) };
        }
    }

    /// <summary>Why a file could not be read, in words; null for an error that is of something else.</summary>
    public static string? ReasonOf(Exception error) => error switch
    {
        FileNotFoundException { FileName: { } name } when LostName.IsOf(name) => LostName.Reason,
        FileNotFoundException or DirectoryNotFoundException => "no such file",
        UnauthorizedAccessException => "no permission to read it",
        IOException => error.Message.TrimEnd('.'),
        _ => null,
    };

    /// <summary>Whether a file is missing, or not what is needed.</summary>
    public static PromptKDError CodeOf(Exception error) =>
        error is FileNotFoundException or DirectoryNotFoundException
            ? PromptKDError.MissingFile
            : PromptKDError.BadInput;

    /// <summary>Refuses whatever opening might wait for. Opens nothing.</summary>
    /// <exception cref="FileNotFoundException">There is nothing; also where a link leads nowhere.</exception>
    /// <exception cref="IOException">It is no regular file.</exception>
    public static void RefuseOthers(string path)
    {
        string? other = OperatingSystem.IsLinux() && TypeOf(path) is { } type
            ? NameOf(type)
            : FileStamp.Of(path).Length == 0 ? "empty, or not a regular file" : null;
        if (other is not null)
        {
            throw new IOException(other);
        }
    }

    /// <summary>
    /// What lies at a path that is to be written and is no file: a device, a pipe, an open file; null for none.
    /// </summary>
    /// <remarks>A new file that gets its name would take its place, which for a device is the machine's.</remarks>
    public static string? FindUnwritable(string path)
    {
        if (!OperatingSystem.IsLinux() || !Path.Exists(path))
        {
            return null;
        }

        return new FileInfo(path).LinkTarget is { } target && target.StartsWith("/proc/", StringComparison.Ordinal)
            ? "standard output or another open file, not a file of its own"
            : TypeOf(path) is { } type && type != FolderType ? NameOf(type) : null;
    }

    private static string? NameOf(int type) => type switch
    {
        FileType => null,
        FolderType => "a folder, not a file",
        PipeType => "a named pipe, not a regular file",
        CharacterDeviceType or BlockDeviceType => "a device, not a regular file",
        _ => "a socket, not a regular file",
    };

    // The layout of statx is the same on every kind of processor, which is not so of stat. Null where it is not to be
    // had, and where there is nothing at the path.
    private static int? TypeOf(string path)
    {
        Span<byte> status = stackalloc byte[StatusLength];
        try
        {
            return Status(CurrentFolder, path, 0, TypeWanted, status) == 0
                ? BitConverter.ToUInt16(status[ModePlace..]) & TypeMask
                : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Status(int folder, string path, int flags, uint mask, Span<byte> status);
}
