using System.Text.Json.Serialization;
using PromptKD.Data.Pictures;
using PromptKD.Runtime;

namespace PromptKD.Data.Checking;

/// <summary>What a survey found.</summary>
public sealed record SurveyReport
{
    /// <summary>The folder or shard.</summary>
    public required string Folder { get; init; }

    /// <summary>Number of pictures that would be read, broken ones included.</summary>
    public required int Pictures { get; init; }

    /// <summary>Why the labels do not fit the classes, in words; null where they do or none were asked for.</summary>
    public string? Fault { get; init; }

    /// <summary>How many files are left out, by kind, such as <c>.heic</c>.</summary>
    public required IReadOnlyDictionary<string, int> LeftOut { get; init => field = ValueEquality.Of(value); }

    /// <summary>Whether some of those may have been taken for pictures that are read.</summary>
    public required bool NeedsALookAtLeftOut { get; init; }

    /// <summary>
    /// Tar archives that may have been cut behind their last file: the mark of an archive's end does not follow it.
    /// </summary>
    public IReadOnlyList<string> WithoutEnd { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of<string>([]);

    /// <summary>Pictures that cannot be read or decoded, with the reason.</summary>
    public required IReadOnlyList<SkippedPicture> Broken { get; init => field = ValueEquality.Of(value); }

    /// <summary>Pictures that their EXIF orientation turns or mirrors.</summary>
    public required IReadOnlyList<string> Turned { get; init => field = ValueEquality.Of(value); }

    /// <summary>Pictures whose shorter side has too few pixels.</summary>
    public required IReadOnlyList<string> Tiny { get; init => field = ValueEquality.Of(value); }

    /// <summary>Pictures that are the same, byte for byte.</summary>
    public required IReadOnlyList<DoubledPictures> Doubled { get; init => field = ValueEquality.Of(value); }

    /// <summary>Pictures of other bytes that look the same: see <see cref="DoubledPictures"/>.</summary>
    public required IReadOnlyList<DoubledPictures> NearlyDoubled { get; init => field = ValueEquality.Of(value); }

    /// <summary>Pictures of each class, in label order; empty where nothing is labelled.</summary>
    public required IReadOnlyList<ClassPictures> Classes { get; init => field = ValueEquality.Of(value); }

    /// <summary>How many pictures there are of each file format.</summary>
    public required IReadOnlyDictionary<string, int> Kinds { get; init => field = ValueEquality.Of(value); }

    /// <summary>Sizes; null where no picture can be read.</summary>
    public PictureSizes? Sizes { get; init; }

    /// <summary>Whether there is anything that its owner should look at.</summary>
    public bool NeedsALook =>
        Pictures == 0 || Fault is not null || NeedsALookAtLeftOut || EmptyClasses.Any()
        || WithoutEnd.Count + Broken.Count + Turned.Count + Tiny.Count + Doubled.Count + NearlyDoubled.Count > 0;

    /// <summary>Classes without a picture.</summary>
    [JsonIgnore]
    public IEnumerable<string> EmptyClasses => Classes.Where(one => one.Pictures == 0).Select(one => one.Name);

    /// <summary>What is left out, in words: <c>3 .heic</c>, <c>1 hidden picture</c>.</summary>
    public IEnumerable<string> DescribeLeftOut() =>
        LeftOut.Select(kind => LeftOutKinds.Describe(kind.Key, kind.Value));
}

/// <summary>A class and its pictures.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Pictures">How many there are.</param>
public sealed record ClassPictures(string Name, int Pictures);

/// <summary>
/// Pictures that are one. Two look the same where, brought to 9 × 8 pixels, at most 3 of 64 steps from one pixel to its
/// neighbour differ in being brighter or not, and colours differ by 4 of 255 levels at most in the mean.
/// </summary>
/// <param name="Paths">Two or more of them, in order.</param>
/// <param name="Classes">Their classes, each once: more than one contradict each other. Empty without labels.</param>
public sealed record DoubledPictures(IReadOnlyList<string> Paths, IReadOnlyList<string> Classes)
{
    /// <summary>Two or more of them, in order.</summary>
    public IReadOnlyList<string> Paths { get; init => field = ValueEquality.Of(value); } = ValueEquality.Of(Paths);

    /// <summary>Their classes, each once.</summary>
    public IReadOnlyList<string> Classes { get; init => field = ValueEquality.Of(value); } = ValueEquality.Of(Classes);
}

/// <summary>Sizes of pictures, by their shorter and longer side as stored, in pixels.</summary>
/// <param name="SmallestSide">The shortest side of all.</param>
/// <param name="MedianShorterSide">Half of the pictures have a shorter side than this, half a longer one.</param>
/// <param name="MedianLongerSide">The same of the longer side.</param>
/// <param name="LargestSide">The longest side of all.</param>
public sealed record PictureSizes(int SmallestSide, int MedianShorterSide, int MedianLongerSide, int LargestSide)
{
    internal static PictureSizes? Of(IReadOnlyList<PictureFacts> pictures)
    {
        if (pictures.Count == 0)
        {
            return null;
        }

        int[] shorter = [.. pictures.Select(one => one.ShorterSide).Order()];
        int[] longer = [.. pictures.Select(one => one.LongerSide).Order()];
        return new PictureSizes(shorter[0], shorter[shorter.Length / 2], longer[longer.Length / 2], longer[^1]);
    }
}
