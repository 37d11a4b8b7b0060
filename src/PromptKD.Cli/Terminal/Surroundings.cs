using System.Globalization;

namespace PromptKD.Cli.Terminal;

/// <summary>What a process gets from whoever starts it, beside its command line.</summary>
internal static class Surroundings
{
    // Of reproducible-builds.org, which asks that a value be refused that is no number.
    private const string FixedDate = "SOURCE_DATE_EPOCH";
    private const string Descriptors = "/proc/self/fd";
    private const string DescriptorFacts = "/proc/self/fdinfo";

    /// <summary>What is wrong with them, in a line; null where nothing is.</summary>
    public static string? FindMistake() =>
        FindMistake(Environment.GetEnvironmentVariable(FixedDate), Directory.Exists(CurrentFolder()));

    /// <summary>As the other form, of what is given.</summary>
    /// <param name="fixedDate">The day that packages and pages are to name; null where it is not set.</param>
    /// <param name="hasFolder">Whether the current folder is there.</param>
    internal static string? FindMistake(string? fixedDate, bool hasFolder) =>
        !hasFolder
            ? "The current folder was deleted or moved, or may not be entered. Change to a folder that is there (cd)."
        : fixedDate is { Length: > 0 }
            && !(long.TryParse(fixedDate, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
                && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            ? $"{FixedDate} is '{fixedDate}', expected seconds since 1970, a whole number. Correct it, or unset it."
        : null;

    /// <summary>
    /// Whether a number that stands for standard output or error leads back into this process. Where it was closed from
    /// the start, the first pipe of the runtime gets it, and what is written there is read as the runtime's own.
    /// </summary>
    /// <param name="descriptor">1 or 2.</param>
    public static bool LeadsBack(int descriptor)
    {
        try
        {
            return PipeOf(descriptor.ToString(CultureInfo.InvariantCulture)) is { } pipe
                && new DirectoryInfo(Descriptors).EnumerateFileSystemInfos()
                    .Any(other => PipeOf(other.Name) == pipe && IsRead(other.Name));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // No Linux, or no /proc.
            return false;
        }
    }

    private static string CurrentFolder()
    {
        try
        {
            return Environment.CurrentDirectory;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    // "pipe:[number]", by which both of its ends are known.
    private static string? PipeOf(string descriptor) =>
        new FileInfo(Path.Combine(Descriptors, descriptor)).LinkTarget is { } target
            && target.Contains("pipe:[", StringComparison.Ordinal)
            ? Path.GetFileName(target)
            : null;

    // The last octal digit of its flags is 0 where it can only be read.
    private static bool IsRead(string descriptor) => File.ReadLines(Path.Combine(DescriptorFacts, descriptor))
        .Any(line => line.StartsWith("flags:", StringComparison.Ordinal) && (line[^1] & 3) == 0);
}
