using PromptKD.Text.Names;

namespace PromptKD.Configuration;

/// <summary>Says which key was probably meant.</summary>
internal static class UnknownKey
{
    private const int LongestShown = 80;

    /// <summary>The error for a name that is no key.</summary>
    /// <param name="name">The full name as given.</param>
    /// <param name="place">Where it was given; begins the message.</param>
    public static PromptKDException At(string place, string name) =>
        new($"{place}: unknown key {OneLine(name)}. {Suggest(name)}");

    // YAML allows a key of several lines, and any length.
    private static string OneLine(string name)
    {
        string shown = ConfigValue.Show(name);
        bool plain = shown.Length == name.Length + 2;
        return name.Length > LongestShown ? $"{shown[..LongestShown]}…\"" : plain ? name : shown;
    }

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
        if (NearestName.CloseTo(parts[depth], siblings) is { } sibling)
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

    private static string Join(IEnumerable<string> parts) => string.Join(ConfigTree.Separator, parts);
}
