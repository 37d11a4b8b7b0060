using System.Text.RegularExpressions;

namespace PromptKD.Models.Weights.Hub;

/// <summary>Which files of a repository make up a model: what is read, and no more.</summary>
internal static partial class HubFiles
{
    private static readonly string[] s_configs =
    [
        "config.json", "open_clip_config.json", "preprocessor_config.json", "tokenizer.json", "spiece.model",
        "merges.txt", "vocab.json",
    ];

    // The first that is there.
    private static readonly string[] s_weights =
        ["open_clip_model.safetensors", "model.safetensors", "open_clip_pytorch_model.bin", "pytorch_model.bin"];

    /// <summary>Those of a repository's files that are fetched.</summary>
    /// <param name="all">Names of all its files.</param>
    /// <returns>The weights last; empty where there are none that are read.</returns>
    public static IReadOnlyList<string> Choose(IReadOnlyCollection<string> all)
    {
        string[] weights = s_weights.FirstOrDefault(all.Contains) is { } one
            ? [one]
            : [.. all.Where(name => PartPattern().IsMatch(name)).Order(StringComparer.Ordinal)];
        return weights.Length == 0 ? [] : [.. s_configs.Where(all.Contains), .. weights];
    }

    /// <summary>What a folder lacks; null where it has a configuration and weights, all parts of them.</summary>
    public static string? Missing(string folder)
    {
        string[] names =
        [
            .. Directory.EnumerateFiles(folder).Where(File.Exists).Select(path => Path.GetFileName(path)),
        ];
        if (!names.Any(name => name is "config.json" or "open_clip_config.json"))
        {
            return "config.json";
        }

        if (s_weights.Any(names.Contains))
        {
            return null;
        }

        string[] parts = [.. names.Where(name => PartPattern().IsMatch(name))];
        return parts.Length > 0
            && PartPattern().Match(parts[0]).Groups[1].Value
                == parts.Length.ToString("D5", System.Globalization.CultureInfo.InvariantCulture)
            ? null
            : s_weights[1];
    }

    [GeneratedRegex(@"\Amodel-[0-9]{5}-of-([0-9]{5})\.safetensors\z")]
    private static partial Regex PartPattern();
}
