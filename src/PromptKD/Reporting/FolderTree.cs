using System.Globalization;
using PromptKD.Runtime;

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
        string realRoot = RealPlace(() => RealPath.Of(root), Path.GetFullPath(root));
        var left = new Stack<(string Shown, string Real)>([(root, realRoot)]);
        while (left.TryPop(out (string Shown, string Real) folder))
        {
            stop.ThrowIfCancellationRequested();

            // A link to a folder above would lead in a circle; one to a run elsewhere is that run.
            if (!seen.Add(folder.Real))
            {
                continue;
            }

            if (found.Count == most)
            {
                throw new PromptKDException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"More than {most:N0} folders lie below '{root}'. Give the folder that the runs lie in."));
            }

            found.Add(folder.Shown);
            foreach (string name in Children(folder.Real))
            {
                string real = RealPlace(
                    () => RealPath.Within(folder.Real, name), Path.Combine(folder.Real, name));
                left.Push((Path.Combine(folder.Shown, name), real));
            }
        }

        return [.. found.Order(StringComparer.Ordinal)];
    }

    private static IReadOnlyList<string> Children(string folder)
    {
        try
        {
            return
            [
                .. Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path))
                    .OrderDescending(StringComparer.Ordinal),
            ];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // A link that leads in a circle stands for itself: there is nothing in it.
    private static string RealPlace(Func<string> find, string otherwise)
    {
        try
        {
            return find();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return otherwise;
        }
    }
}
