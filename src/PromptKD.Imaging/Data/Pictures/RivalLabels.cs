using System.Globalization;
using System.Security.Cryptography;
using PromptKD.Runtime;
using PromptKD.Text.Names;

namespace PromptKD.Data.Pictures;

/// <summary>Says which labelled pictures have the same bytes and different classes.</summary>
internal static class RivalLabels
{
    private const int MostNamed = 3;

    // Of a SHA-256: enough to tell any number of pictures apart, at an eighth of what its letters take.
    private const int DigitsOfKey = 32;

    /// <summary>Warns of them, in one line.</summary>
    /// <param name="pictures">All pictures, with labels or without.</param>
    /// <param name="lines">What <see cref="PictureDigest"/> lists of each.</param>
    /// <param name="observer">Is warned.</param>
    public static void Warn(IReadOnlyList<PictureItem> pictures, IEnumerable<string> lines, IRunObserver observer)
    {
        if (pictures.All(picture => picture.Label is null))
        {
            return;
        }

        var contents = pictures.Zip(lines, (picture, line) => (picture, PictureDigest.ContentIn(line)))
            .Where(pair => pair.picture.Label is not null && pair.Item2 is not null)
            .Select(pair => (pair.picture, UInt128.Parse(
                pair.Item2.AsSpan(0, DigitsOfKey), NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
        if (Describe(contents) is { } warning)
        {
            observer.OnWarning(warning);
        }
    }

    /// <summary>
    /// Finds them among pictures that nobody has hashed. Of those in files and archives only the ones that are as
    /// large as one of another class are read; of those in tables, all; none that lie elsewhere.
    /// </summary>
    /// <param name="pictures">All pictures, with labels or without.</param>
    /// <param name="stop">Stops between pictures.</param>
    /// <returns>One line; null where there are none.</returns>
    public static string? Find(IReadOnlyList<PictureItem> pictures, CancellationToken stop)
    {
        PictureItem[] suspects =
        [
            .. pictures.Where(picture => picture.Label is not null && IsNear(picture.Bytes))
                .GroupBy(SizeOf)
                .Where(alike => alike.DistinctBy(picture => picture.Label).Skip(1).Any())
                .SelectMany(alike => alike),
        ];
        var keys = new UInt128?[suspects.Length];
        PictureDigest.ForEach(suspects.Length, place => keys[place] = KeyOf(suspects[place]), stop);

        // In the order of the pictures, whatever their sizes: what is named first does not hang on them.
        Dictionary<PictureItem, UInt128> known = new(ReferenceEqualityComparer.Instance);
        foreach ((PictureItem picture, UInt128? key) in suspects.Zip(keys))
        {
            if (key is { } found)
            {
                known[picture] = found;
            }
        }

        return Describe(pictures.Where(known.ContainsKey).Select(picture => (picture, known[picture])));
    }

    private static string? Describe(IEnumerable<(PictureItem Picture, UInt128 Content)> pictures)
    {
        var first = new Dictionary<UInt128, PictureItem>();
        var shown = new List<string>();
        int count = 0;
        foreach ((PictureItem picture, UInt128 content) in pictures)
        {
            if (!first.TryAdd(content, picture) && first[content].Label != picture.Label && count++ < MostNamed)
            {
                shown.Add($"{ListedName.Show(picture.Path)} is {ListedName.Show(first[content].Path)}");
            }
        }

        string more = count > MostNamed ? $" and {count - MostNamed} more" : "";
        return count == 0
            ? null
            : $"{Counted.Of(count, "picture has", "pictures have")} the bytes of one of another class: "
                + $"{string.Join(", ", shown)}{more}. One of the two labels is wrong: remove that picture.";
    }

    private static bool IsNear(IPictureBytes bytes) => bytes.IsInFile && bytes is not RemoteBytes;

    // Null where only reading tells.
    private static long? SizeOf(PictureItem picture) => picture.Bytes switch
    {
        FileBytes { Length: { } length } => length,
        FileBytes file => FileStamp.OfAny(file.Path)?.Length,
        _ => null,
    };

    private static UInt128? KeyOf(PictureItem picture)
    {
        try
        {
            return picture.Bytes.Use(bytes =>
            {
                Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
                SHA256.HashData(bytes, digest);
                return BitConverter.ToUInt128(digest);
            });
        }
        catch (Exception error) when (SkippedPicture.ReasonOf(error) is not null)
        {
            return null; // Whoever decodes it says so.
        }
    }
}
