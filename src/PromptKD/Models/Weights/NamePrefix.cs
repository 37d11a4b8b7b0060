using PromptKD.Runtime;

namespace PromptKD.Models.Weights;

/// <summary>
/// What programs put in front of every name when they save a CLIP as a part of something: <c>model.</c>,
/// <c>module.</c>, <c>clip.</c>. Where all names have it, it is taken off; where only some have, it is said.
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

    // A tensor that each image tower of another family has, where there is no text tower beside it.
    private static readonly string[] s_towerAnchors =
    [
        "patch_embed.proj.weight", "conv_stem.weight", "stem.0.conv_kxk.0.conv.weight", "stem.0.reparam_conv.weight",
        "stages.0.blocks.0.conv_dw.weight", "embeddings.patch_embeddings.projection.weight",
    ];

    /// <summary>
    /// Whether only an image tower of another family than CLIP's has a tensor of this name, or SigLIP, or EVA-02.
    /// </summary>
    public static bool IsOfOtherTower(string name) =>
        s_towerAnchors.Any(anchor => EndsAtDot(name, anchor)) || EndsAtDot(name, "vision_model.head.probe");

    /// <summary>The tensors under their names without the prefix.</summary>
    /// <param name="source">Path for error messages.</param>
    /// <param name="tensors">Under their names in the file.</param>
    /// <exception cref="PromptKDException">Only some of them have it, or there are several.</exception>
    public static Dictionary<string, TensorEntry> TakeOff(
        string source, IReadOnlyDictionary<string, TensorEntry> tensors)
    {
        string[] prefixes = PrefixesOf(tensors.Keys, s_anchors);
        prefixes = prefixes.Length > 0 ? prefixes : PrefixesOf(tensors.Keys, s_towerAnchors);
        if (prefixes.Length == 0 || prefixes.Contains(""))
        {
            return new Dictionary<string, TensorEntry>(tensors);
        }

        if (prefixes.Length > 1)
        {
            throw new PromptKDException(
                $"{source}: {prefixes.Length} CLIPs, whose names begin with "
                + $"{string.Join(", ", prefixes.Select(Quote))}. Save the one that is meant as a file of its own.");
        }

        string prefix = prefixes[0];
        string[] others = [.. tensors.Keys.Where(name => !name.StartsWith(prefix, StringComparison.Ordinal))];
        return others.Length == 0
            ? tensors.ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value)
            : throw new PromptKDException(
                $"{source}: the names of its CLIP begin with {Quote(prefix)}, but "
                + $"{Counted.Of(others.Length, "other does", "others do")} not, such as {Quote(others[0])}. Save the "
                + "tensors that do as a file of their own, without "
                + $"{Quote(prefix)}.");
    }

    private static string[] PrefixesOf(IEnumerable<string> names, string[] anchors) =>
        [.. names.Select(name => PrefixOf(name, anchors)).OfType<string>().Distinct().Order(StringComparer.Ordinal)];

    private static bool EndsAtDot(string name, string end) =>
        name.EndsWith(end, StringComparison.Ordinal) && (name.Length == end.Length || name[^(end.Length + 1)] == '.');

    // Empty where a name is as it should be, null where it is not that of an anchor.
    private static string? PrefixOf(string name, string[] anchors)
    {
        string? anchor = anchors.FirstOrDefault(end => name.EndsWith(end, StringComparison.Ordinal));
        string? prefix = anchor is null ? null : name[..^anchor.Length];
        return prefix is null or "" || prefix.EndsWith('.') ? prefix : null;
    }

    private static string Quote(string name) => $"'{name}'";
}
