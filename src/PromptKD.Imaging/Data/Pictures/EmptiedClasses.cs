using PromptKD.Runtime;

namespace PromptKD.Data.Pictures;

/// <summary>Says by name which classes have pictures, but none that can be read.</summary>
internal static class EmptiedClasses
{
    private const int MostNamed = 5;

    /// <summary>Warns of them, in one line.</summary>
    /// <param name="pictures">All pictures, with labels or without.</param>
    /// <param name="unreadable">Those of them that could not be read.</param>
    /// <param name="lost">What does not happen with these classes: "learned", "measured".</param>
    /// <param name="observer">Is warned.</param>
    public static void Warn(
        IReadOnlyList<PictureItem> pictures,
        IReadOnlyCollection<SkippedPicture> unreadable,
        string lost,
        IRunObserver observer)
    {
        HashSet<string> paths = [.. unreadable.Select(picture => picture.Path)];
        string[] emptied =
        [
            .. pictures.Where(picture => picture.Label is not null)
                .GroupBy(picture => picture.Label)
                .Where(ofClass => ofClass.All(picture => paths.Contains(picture.Path)))
                .Select(ofClass => ofClass.First().ClassName ?? $"number {ofClass.Key}"),
        ];
        if (emptied is [string only])
        {
            observer.OnWarning($"no picture of the class '{only}' can be read: nothing is {lost} of it");
        }
        else if (emptied.Length > 1)
        {
            string more = emptied.Length > MostNamed ? $" and {emptied.Length - MostNamed} more" : "";
            observer.OnWarning(
                $"no picture of {emptied.Length} classes can be read, so that nothing is {lost} of them: "
                + string.Join(", ", emptied.Take(MostNamed).Select(name => $"'{name}'")) + more);
        }
    }
}
