using PromptKD.Data.Pictures;
using PromptKD.Runtime;

namespace PromptKD.Data.Datasets;

/// <summary>What there is of a data set on disk, and what is wrong with it.</summary>
public sealed record DatasetReport
{
    // Enough paths to see what went wrong.
    private const int PathsShown = 3;

    private DatasetReport(DatasetEntry entry) => Entry = entry;

    /// <summary>Which data set.</summary>
    public DatasetEntry Entry { get; }

    /// <summary>Number of its classes.</summary>
    public int Classes { get; private init; }

    /// <summary>Number of its training pictures.</summary>
    public int Train { get; private init; }

    /// <summary>Number of its validation pictures; null where it sets none aside.</summary>
    public int? Validation { get; private init; }

    /// <summary>Number of test pictures of the base classes, the first half.</summary>
    public int TestBase { get; private init; }

    /// <summary>Number of test pictures of the novel classes, the rest.</summary>
    public int TestNovel { get; private init; }

    /// <summary>What is wrong, a line each; empty if nothing is.</summary>
    public IReadOnlyList<string> Faults { get; private init => field = ValueEquality.Of(value); }
        = ValueEquality.Of<string>([]);

    /// <summary>Files beside the pictures, in words, where its folders are listed; null for none.</summary>
    public string? LeftOut { get; private init; }

    /// <summary>Looks at a data set. Nothing is written, and no picture is decoded.</summary>
    /// <param name="entry">Which data set.</param>
    /// <param name="root">DATASET.ROOT, the folder that holds the folders of all data sets.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    public static DatasetReport Of(DatasetEntry entry, string root, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        DatasetFolder folder = entry.Below(root);
        if (MissingPlace(folder) is { } missing)
        {
            return new DatasetReport(entry) { Faults = [missing] };
        }

        try
        {
            return Of(
                folder with { Stop = cancellationToken },
                entry.Read(root, new PythonRandom(seed: 1), stop: cancellationToken));
        }
        catch (PromptKDException mistake)
        {
            return new DatasetReport(entry) { Faults = [mistake.InWords] };
        }
    }

    private static string? MissingPlace(DatasetFolder folder)
    {
        if (!Directory.Exists(folder.Path))
        {
            return $"no folder '{folder.Path}': put {folder.Entry.Name} from {folder.Entry.Home} there";
        }

        if (ShardSplit.Exists(folder))
        {
            return null;
        }

        if (!Directory.Exists(folder.Images))
        {
            return $"no folder of pictures '{folder.Images}': unpack the archive of {folder.Entry.Home} there";
        }

        // Reading would write a split file of its own, which is not what the paper used.
        return folder.Entry.SplitFile is not { } file || File.Exists(folder.PathOf(file)) ? null
            : folder.Entry.HasPapersSplit
                ? $"no split file '{folder.PathOf(file)}': get the paper's from {DatasetCatalog.SplitFiles}, or let "
                    + "training build another one"
                : $"no split file '{folder.PathOf(file)}': put it there, or let training build one";
    }

    private static DatasetReport Of(DatasetFolder folder, DatasetSplit split)
    {
        var classes = ClassTable.Of(split.Train);
        var report = new DatasetReport(folder.Entry)
        {
            Classes = classes.Count,
            Train = folder.Entry.IsTestOnly ? 0 : split.Train.Count,
            Validation = split.Validation?.Count,
            LeftOut = split.LeftOut?.Describe(),
            TestBase = ClassSubset.Of(split.Train, "base").From(split.Test).Count,
            TestNovel = ClassSubset.Of(split.Train, "new").From(split.Test).Count,
        };
        return report with
        {
            Faults =
            [
                .. MissingPictures(split, folder.Stop),
                .. classes.Faults.Union(ClassTable.Of([.. split.Parts.SelectMany(part => part.Items)]).Faults),
                .. split.FindUnknownLabels() is { } unknown ? [unknown] : Array.Empty<string>(),
                .. report.WrongCounts(),
            ],
        };
    }

    private static IEnumerable<string> MissingPictures(DatasetSplit split, CancellationToken stop)
    {
        string[] listed =
        [
            .. split.Parts.SelectMany(part => part.Items)
                .Where(item => item.Bytes is FileBytes { Length: null })
                .Select(item => item.Path)
                .Distinct(),
        ];
        string[] missing = [.. listed.Where(path => IsMissing(path, stop))];
        if (missing.Length > 0)
        {
            string more = missing.Length > PathsShown ? ", …" : "";
            yield return $"{missing.Length} of {listed.Length} listed pictures are not there: "
                + string.Join(", ", missing.Take(PathsShown)) + more;
        }
    }

    private static bool IsMissing(string path, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        return !File.Exists(path);
    }

    private IEnumerable<string> WrongCounts()
    {
        IEnumerable<(string What, int Found, int? Expected)> counts =
        [
            ("classes", Classes, Entry.Classes),
            ("training pictures", Train, Entry.Counts?.Train),
            ("test pictures of base classes", TestBase, Entry.Counts?.TestBase),
            ("test pictures of novel classes", TestNovel, Entry.Counts?.TestNovel),
            ("test pictures", TestBase + TestNovel, Entry.TestPictures),
        ];
        return counts
            .Where(count => count.Expected is { } expected && expected != count.Found)
            .Select(count => $"{count.Found} {count.What}, but the published set has {count.Expected}");
    }
}
