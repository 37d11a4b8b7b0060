using PromptKD.Inference.Predictions;

namespace PromptKD.Cli.Terminal;

/// <summary>What became of pictures that were sorted into folders, on standard error.</summary>
internal static class SortingNotes
{
    private const int FilesShown = 3;

    /// <summary>Tells it.</summary>
    /// <param name="sorting">What was done.</param>
    /// <param name="folder">Where.</param>
    /// <param name="asLinks">Whether links were made.</param>
    public static void Tell(SortingSummary sorting, string folder, bool asLinks)
    {
        string there = sorting.AlreadyThere == 0 ? "" : $"; {Pictures(sorting.AlreadyThere)} lay there already";
        Messages.Note(
            $"Sorted into {folder}: {(asLinks ? "links to" : "copies of")} {Pictures(sorting.Placed)}{there}");
        if (sorting.InTheWay.Count > 0)
        {
            string more = sorting.InTheWay.Count > FilesShown ? $" and {sorting.InTheWay.Count - FilesShown} more" : "";
            Messages.Warning(
                $"not sorted, because another file of the name is there: {Pictures(sorting.InTheWay.Count)}. Kept "
                + $"{string.Join(", ", sorting.InTheWay.Take(FilesShown))}{more}");
        }
    }

    /// <summary>A number of pictures.</summary>
    public static string Pictures(int count) => count == 1 ? "1 picture" : $"{count} pictures";
}
