using System.Globalization;
using System.Text.RegularExpressions;

namespace PromptKD.Faults;

/// <summary>A call that changes something below the output folder.</summary>
internal sealed record FaultCall(long Number, string Name, string Path)
{
    /// <summary>Reads what inject.c lists.</summary>
    public static FaultCall[] ReadList(string file) =>
    [
        .. File.ReadLines(file).Select(line => line.Split('\t'))
            .Select(parts => new FaultCall(long.Parse(parts[0], CultureInfo.InvariantCulture), parts[1], parts[2])),
    ];
}

/// <summary>Which of the calls are tried.</summary>
internal static partial class CallChoice
{
    /// <summary>Of calls that give or take names, so many alike are all tried.</summary>
    private const int ManyNames = 24;

    /// <summary>
    /// Every call that opens a file to be written, or gives or takes a name; of those that bring bytes into one file,
    /// or onto the disk, the first, second, middle and last. Of more than 24 that are alike but for digits in a name, or
    /// for the folders between (pictures of many classes), the first two, the last two and twelve between.
    /// </summary>
    public static FaultCall[] Of(IEnumerable<FaultCall> calls) =>
    [
        .. calls.GroupBy(call => (call.Name, call.Path))
            .SelectMany(group => IsOfBytes(group.Key.Name) ? Ends([.. group]) : [.. group])
            .GroupBy(call => (call.Name, Place: Between().Replace(Digits().Replace(call.Path, "#"), "/")))
            .SelectMany(group => Names([.. group]))
            .OrderBy(call => call.Number),
    ];

    private static FaultCall[] Ends(FaultCall[] calls) =>
    [
        .. new[] { 0, 1, calls.Length / 2, calls.Length - 1 }
            .Where(place => place < calls.Length).Distinct().Select(place => calls[place]),
    ];

    private static FaultCall[] Names(FaultCall[] calls) => calls.Length <= ManyNames ? calls :
    [
        .. calls[..2],
        .. Enumerable.Range(1, 12).Select(part => calls[part * (calls.Length - 1) / 13]),
        .. calls[^2..],
    ];

    private static bool IsOfBytes(string name) =>
        name.Contains("write", StringComparison.Ordinal) || name is "fsync" or "ftruncate" or "ftruncate64"
            or "posix_fallocate" or "sendfile" or "sendfile64" or "copy_file_range";

    [GeneratedRegex("(?<=^[^/]*)/.*/")]
    private static partial Regex Between();

    [GeneratedRegex("[0-9a-f]{8,}|[0-9]+")]
    private static partial Regex Digits();
}
