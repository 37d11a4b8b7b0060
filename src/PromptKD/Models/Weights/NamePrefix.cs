namespace PromptKD.Models.Weights;

/// <summary>
/// What programs put in front of every name when they save a CLIP as a part of something: <c>model.</c>, <c>module.</c>,
/// <c>clip.</c>. Where all names have it, it is taken off; where only some have, it is said.
/// </summary>
internal static class NamePrefix
{
    // The token embedding in every naming, the longer name first where one ends like another.
    private static readonly string[] s_anchors =
    [
        "text_model.embeddings.token_embedding.weight",
        "text_encoder.token_embedding.weight",
        "text.token_embedding.weight",
        "token_embedding.weight",
    ];

    /// <summary>The tensors under their names without the prefix.</summary>
    /// <param name="source">Path for error messages.</param>
    /// <param name="tensors">Under their names in the file.</param>
    /// <exception cref="PromptKDException">Only some of them have it, or there are several.</exception>
    public static Dictionary<string, TensorEntry> TakeOff(
        string source, IReadOnlyDictionary<string, TensorEntry> tensors)
    {
        string[] prefixes = [.. tensors.Keys.Select(PrefixOf).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        if (prefixes.Length == 0 || prefixes.Contains(""))
        {
            return new Dictionary<string, TensorEntry>(tensors);
        }

        if (prefixes.Length > 1)
        {
            throw new PromptKDException(
                $"{source}: {prefixes.Length} CLIPs, whose names begin with {string.Join(", ", prefixes.Select(Quote))}. Save the "
                + "one that is meant as a file of its own.");
        }

        string prefix = prefixes[0];
        string[] others = [.. tensors.Keys.Where(name => !name.StartsWith(prefix, StringComparison.Ordinal))];
        return others.Length == 0
            ? tensors.ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value)
            : throw new PromptKDException(
                $"{source}: the names of its CLIP begin with {Quote(prefix)}, but {others.Length} others do not, such as "
                + $"{Quote(others[0])}. Save the tensors that do as a file of their own, without {Quote(prefix)}.");
    }

    // Empty where a name is as it should be, null where it is not that of a token embedding.
    private static string? PrefixOf(string name)
    {
        string? anchor = s_anchors.FirstOrDefault(end => name.EndsWith(end, StringComparison.Ordinal));
        string? prefix = anchor is null ? null : name[..^anchor.Length];
        return prefix is null or "" || prefix.EndsWith('.') ? prefix : null;
    }

    private static string Quote(string name) => $"'{name}'";
}
