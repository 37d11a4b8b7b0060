using System.Globalization;
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

        var first = new Dictionary<UInt128, PictureItem>();
        var shown = new List<string>();
        int count = 0;
        foreach ((PictureItem picture, string line) in pictures.Zip(lines))
        {
            if (picture.Label is null || PictureDigest.ContentIn(line) is not { } content)
            {
                continue;
            }

            UInt128 key = UInt128.Parse(
                content.AsSpan(0, DigitsOfKey), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (!first.TryAdd(key, picture) && first[key].Label != picture.Label && count++ < MostNamed)
            {
                shown.Add($"{ListedName.Show(picture.Path)} is {ListedName.Show(first[key].Path)}");
            }
        }

        if (count > 0)
        {
            string more = count > MostNamed ? $" and {count - MostNamed} more" : "";
            observer.OnWarning(
                $"{Counted.Of(count, "picture has", "pictures have")} the bytes of one of another class: "
                + $"{string.Join(", ", shown)}{more}. One of the two labels is wrong: remove that picture.");
        }
    }
}
