namespace PromptKD.Configuration;

/// <summary>Says which key was probably meant.</summary>
internal static class UnknownKey
{
    /// <summary>The error for a name that is no key.</summary>
    /// <param name="name">The full name as given.</param>
    /// <param name="place">Where it was given; begins the message.</param>
    public static PromptKDException At(string place, string name) =>
        new($"{place}: unknown key {name}. {Suggest(name)}");

    private static string Suggest(string name)
    {
        string[] parts = name.Split(ConfigTree.Separator);
        int depth = 0;
        while (depth < parts.Length - 1 && ConfigTree.IsSection(Join(parts[..(depth + 1)])))
        {
            depth++;
        }

        string section = Join(parts[..depth]);
        string[] siblings = [.. ConfigTree.ChildrenOf(section).Select(child => child.Split(ConfigTree.Separator)[^1])];
        if (Nearest(parts[depth], siblings) is { } sibling)
        {
            bool isLast = depth == parts.Length - 1;
            string meant = Join([.. parts[..depth], sibling, .. parts[(depth + 1)..]]).ToUpperInvariant();
            string known = ConfigTree.Find(meant)?.Name ?? Join([.. parts[..depth], sibling]);
            return $"Did you mean {(isLast ? sibling : known)}?";
        }

        string ending = ConfigTree.Separator + parts[^1];
        string[] elsewhere =
            [.. ConfigTree.Keys.Select(key => key.Name).Where(key => key.EndsWith(ending, StringComparison.Ordinal))];
        return elsewhere.Length == 1
            ? $"Did you mean {elsewhere[0]}?"
            : $"{(depth == 0 ? "The top" : section)} has {string.Join(", ", siblings)}.";
    }

    /// <summary>The candidate that takes the fewest edits, if those are few for a word of that length.</summary>
    private static string? Nearest(string word, IEnumerable<string> candidates) =>
        candidates
            .Select(candidate => (Candidate: candidate, Edits: EditDistance(word.ToUpperInvariant(), candidate)))
            .Where(pair => pair.Edits <= Math.Max(1, word.Length / 3))
            .OrderBy(pair => pair.Edits)
            .Select(pair => pair.Candidate)
            .FirstOrDefault();

    /// <summary>Levenshtein's distance: insertions, deletions and replacements of one letter.</summary>
    private static int EditDistance(string from, string to)
    {
        int[] previous = [.. Enumerable.Range(0, to.Length + 1)];
        for (int row = 1; row <= from.Length; row++)
        {
            int[] current = new int[to.Length + 1];
            current[0] = row;
            for (int column = 1; column <= to.Length; column++)
            {
                int replaced = previous[column - 1] + (from[row - 1] == to[column - 1] ? 0 : 1);
                current[column] = Math.Min(replaced, 1 + Math.Min(previous[column], current[column - 1]));
            }

            previous = current;
        }

        return previous[^1];
    }

    private static string Join(IEnumerable<string> parts) => string.Join(ConfigTree.Separator, parts);
}
