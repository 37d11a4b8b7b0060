namespace PromptKD.Inference.Predictions;

/// <summary>The names by which formats are asked for, and the endings of files that they are written to.</summary>
public static class PredictionFormats
{
    private static readonly Dictionary<string, PredictionFormat> s_names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["text"] = PredictionFormat.Text,
        ["tsv"] = PredictionFormat.Tsv,
        ["csv"] = PredictionFormat.Csv,
        ["json"] = PredictionFormat.Json,
        ["jsonl"] = PredictionFormat.JsonLines,
    };

    /// <summary>The names, in the order in which a user should read them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["text", "tsv", "csv", "json", "jsonl"];

    /// <summary>The format of a name.</summary>
    /// <exception cref="PromptKDException">There is none of that name.</exception>
    public static PredictionFormat Parse(string name) => s_names.TryGetValue(name, out PredictionFormat format)
        ? format
        : throw new PromptKDException($"There is no format '{name}'. Give one of {string.Join(", ", Names)}.");

    /// <summary>The format that the ending of a file's name asks for.</summary>
    /// <exception cref="PromptKDException">The ending is not that of a format.</exception>
    public static PredictionFormat OfFile(string path)
    {
        string ending = Path.GetExtension(path).TrimStart('.');
        return string.Equals(ending, "txt", StringComparison.OrdinalIgnoreCase)
            ? PredictionFormat.Text
            : s_names.TryGetValue(ending, out PredictionFormat format) && format != PredictionFormat.Text
                ? format
                : throw new PromptKDException(
                    $"'{path}': the ending does not say which format is meant. End it in .tsv, .csv, .json, .jsonl or "
                    + ".txt, or give ‹format›.");
    }
}
