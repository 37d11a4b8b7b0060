using PromptKD.Runtime;

namespace PromptKD.Data.Pictures;

/// <summary>How one list of pictures differs from another.</summary>
/// <param name="Changes">What happened to which picture, in the order of the paths: "new a.png".</param>
internal sealed record PictureChanges(IReadOnlyList<string> Changes)
{
    private const int ChangesShown = 5;

    // What there is to say where the lists have no path in common; null where they have one.
    private string? Apart { get; init; }

    /// <summary>Compares two lists.</summary>
    /// <param name="before">The older one.</param>
    /// <param name="now">The newer one.</param>
    public static PictureChanges Between(PictureList before, PictureList now)
    {
        Dictionary<string, string> old = ByPath(before), fresh = ByPath(now);
        bool areApart = old.Count > 0 && fresh.Count > 0 && !old.Keys.Any(fresh.ContainsKey);
        return new PictureChanges(
        [
            .. old.Keys.Union(fresh.Keys).Order(StringComparer.Ordinal).Select(path => Change(path, old, fresh))
                .OfType<string>(),
        ])
        {
            Apart = areApart
                ? $"not one of its {Counted.Of(old.Count, "picture")}, such as {old.Keys.First()}, is among these "
                    + $"{Counted.Of(fresh.Count, "picture")}, such as {fresh.Keys.First()}"
                : null,
        };
    }

    /// <summary>Up to five of them, and how many more there are.</summary>
    public string Describe()
    {
        int more = Changes.Count - ChangesShown;
        return Apart ?? (Changes.Count == 0 ? "the same pictures in another order"
            : string.Join(", ", Changes.Take(ChangesShown)) + (more > 0 ? $" and {more} more" : ""));
    }

    private static string? Change(string path, Dictionary<string, string> old, Dictionary<string, string> fresh)
    {
        string name = path.TrimEnd('\t');
        return !old.TryGetValue(path, out string? before) ? $"new {name}"
            : !fresh.TryGetValue(path, out string? now) ? $"gone {name}"
            : before != now ? $"changed {name}"
            : null;
    }

    // A path and the rest of its line. An archive may hold two files of one name: tabs tell them apart.
    private static Dictionary<string, string> ByPath(PictureList list)
    {
        var content = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in list.Lines)
        {
            int end = line.IndexOf('\t', StringComparison.Ordinal);
            (string path, string rest) = end < 0 ? (line, "") : (line[..end], line[end..]);
            while (!content.TryAdd(path, rest))
            {
                path += "\t";
            }
        }

        return content;
    }
}
