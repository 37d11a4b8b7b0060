using System.Globalization;

namespace PromptKD.Reporting;

/// <summary>A folder and all below it, each once, wherever links lead.</summary>
internal static class FolderTree
{
    /// <summary>How many folders are looked through: those of some 3,000 runs.</summary>
    public const int Most = 20_000;

    /// <summary>The folders in the order of their paths. Those that may not be listed have no children.</summary>
    /// <param name="root">Where to begin.</param>
    /// <param name="stop">Stops between folders.</param>
    /// <param name="most">How many there may be.</param>
    /// <exception cref="PromptKDException">There are more, as below the root of a disk.</exception>
    public static IReadOnlyList<string> Below(string root, CancellationToken stop, int most = Most)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var found = new List<string>();
        var left = new Stack<string>([root]);
        while (left.TryPop(out string? folder))
        {
            stop.ThrowIfCancellationRequested();

            // A link to a folder above would lead in a circle; one to a run elsewhere is that run.
            if (!seen.Add(RealPath(folder)))
            {
                continue;
            }

            if (found.Count == most)
            {
                throw new PromptKDException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"More than {most:N0} folders lie below '{root}'. Give the folder that the runs lie in."));
            }

            found.Add(folder);
            foreach (string child in Children(folder))
            {
                left.Push(child);
            }
        }

        return [.. found.Order(StringComparer.Ordinal)];
    }

    private static IReadOnlyList<string> Children(string folder)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(folder).OrderDescending(StringComparer.Ordinal)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // Folders are met from above, so that only the last part of a path can be a link that was not resolved before.
    private static string RealPath(string folder)
    {
        try
        {
            return Path.GetFullPath(Directory.ResolveLinkTarget(folder, returnFinalTarget: true)?.FullName ?? folder);
        }
        catch (IOException)
        {
            return Path.GetFullPath(folder);
        }
    }
}
