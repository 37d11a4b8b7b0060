using System.Globalization;
using PromptKD.Runtime;

namespace PromptKD.Data.Pictures;

/// <summary>What lies where pictures are read from, and is not read: said once, so that nobody is misled.</summary>
/// <param name="Place">The folder or shard, for messages.</param>
/// <param name="Kinds">
/// How many of each kind: an ending such as <c>.heic</c>, the name of a file that systems leave, or words.
/// </param>
internal sealed record LeftOut(string Place, IReadOnlyDictionary<string, int> Kinds)
{
    private const int KindsShown = 8;
    private const int ClassesShown = 5;

    /// <summary>Classes that have no picture, of all those that were asked for.</summary>
    public IReadOnlyList<string> EmptyClasses { get; init; } = [];

    /// <summary>Archives that may have been cut behind their last file, as no mark of their end follows it.</summary>
    public IReadOnlyList<string> WithoutEnd { get; init; } = [];

    /// <summary>Number of files, or entries of a shard.</summary>
    public int Count => Kinds.Values.Sum();

    /// <summary>Whether a user may have taken some of them for pictures that are read.</summary>
    public bool IsLoud => Kinds.Keys.Any(kind => !LeftOutKinds.IsSideFile(kind));

    /// <summary>The line that says it; null where there is nothing to say.</summary>
    public string? Describe() => Count == 0
        ? null
        : $"Left out {Counted.Of(Count, "file")} in {Place}: {DescribeKinds()}"
            + (IsLoud ? $"; not pictures that are read here ({PictureFile.KnownKinds})" : "");

    /// <summary>The kinds with their counts: what may have been taken for pictures first, then by number.</summary>
    public string DescribeKinds()
    {
        KeyValuePair<string, int>[] kinds =
        [
            .. Kinds.OrderBy(kind => LeftOutKinds.IsSideFile(kind.Key))
                .ThenByDescending(kind => kind.Value)
                .ThenBy(kind => kind.Key, StringComparer.Ordinal),
        ];
        int others = kinds.Skip(KindsShown).Sum(kind => kind.Value);
        string shown = string.Join(
            ", ", kinds.Take(KindsShown).Select(kind => LeftOutKinds.Describe(kind.Key, kind.Value)));
        return others == 0 ? shown : $"{shown}, {others.ToString(CultureInfo.InvariantCulture)} of other kinds";
    }

    /// <summary>The line that names the classes without a picture; null where there is none.</summary>
    public string? DescribeEmptyClasses()
    {
        int more = EmptyClasses.Count - ClassesShown;
        return EmptyClasses.Count == 0
            ? null
            : $"No picture in {Place} of {Counted.Of(EmptyClasses.Count, "class", "classes")}: "
                + string.Join(", ", EmptyClasses.Take(ClassesShown).Select(name => $"'{name}'"))
                + (more > 0 ? $" and {more} more" : "");
    }

    /// <summary>The line that names archives without an end; null where there is none.</summary>
    public string? DescribeWithoutEnd() => WithoutEnd is not [string first, ..] ? null
        : WithoutEnd.Count == 1
            ? $"'{first}' does not end as a tar archive does: its files are whole, but more may have followed. If it "
                + "was copied or downloaded, do so again."
            : $"'{first}' and {WithoutEnd.Count - 1} more do not end as tar archives do: their files are whole, but "
                + "more may have followed. If they were copied or downloaded, do so again.";

    /// <summary>Says what was left out: loud where it may have been meant, else as a note.</summary>
    public void Report(IRunObserver observer)
    {
        if (Describe() is { } line)
        {
            if (IsLoud)
            {
                observer.OnWarning(line);
            }
            else
            {
                observer.OnPhase(line);
            }
        }

        foreach (string more in new[] { DescribeWithoutEnd(), DescribeEmptyClasses() }.OfType<string>())
        {
            observer.OnWarning(more);
        }
    }

    /// <summary>Several sums in one, for what is written of a run.</summary>
    public static SortedDictionary<string, int> Sum(IEnumerable<LeftOut> parts)
    {
        var sum = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach ((string kind, int count) in parts.SelectMany(part => part.Kinds))
        {
            sum[kind] = sum.GetValueOrDefault(kind) + count;
        }

        return sum;
    }
}
