using System.Text.Json;
using PromptKD.Models.Clip;
using PromptKD.Runtime;

namespace PromptKD.Models.Weights;

/// <summary>What a folder of weights says about its model besides the weights.</summary>
internal sealed record ModelFolder
{
    /// <summary>The program whose format it is, for people.</summary>
    public required string Format { get; init; }

    /// <summary>Paths of the files that together hold the weights.</summary>
    public required IReadOnlyList<string> WeightFiles { get; init; }

    /// <summary>Whether the weights are of OpenAI's format, whose rules hold where nothing is stated.</summary>
    public bool IsOpenAi { get; init; }

    /// <summary>What the tensors do not show.</summary>
    public ClipDetails Details { get; init; } = new();

    /// <summary>How that program resamples a table of positions.</summary>
    public PositionResampling Positions { get; init; } = PositionResampling.Antialiased;

    /// <summary>How images are prepared; null where not stated.</summary>
    public ClipPreprocessing? Preprocessing { get; init; }

    /// <summary>The folder that a file lies in.</summary>
    public static string Of(string file) => Path.GetDirectoryName(Path.GetFullPath(file))!;

    /// <summary>Reads the configuration of a Hugging Face or open_clip folder.</summary>
    /// <exception cref="PromptKDException">It is neither, a file is missing, or it is no plain CLIP.</exception>
    public static ModelFolder Open(string folder)
    {
        if (OpenClipFolder.TryOpen(folder) is { } openClip)
        {
            return openClip;
        }

        return HuggingFaceFolder.TryOpen(folder) ?? throw new PromptKDException(
            FindUnreadable(folder) is { } reason
                ? $"{folder}: {reason}."
                : $"{folder}: no CLIP in this folder: expected config.json (Hugging Face) or open_clip_config.json "
                    + "(open_clip), or the path of a file of weights.");
    }

    // In a folder that may not be read no file seems to be.
    private static string? FindUnreadable(string folder)
    {
        try
        {
            _ = Directory.EnumerateFileSystemEntries(folder).Any();
            return null;
        }
        catch (Exception error) when (RegularFile.ReasonOf(error) is not null)
        {
            return RegularFile.ReasonOf(error);
        }
    }

    /// <summary>Reads a file that must be a JSON object.</summary>
    /// <exception cref="PromptKDException">It is not, or cannot be read.</exception>
    public static JsonElement ReadJson(string path)
    {
        try
        {
            using JsonDocument document = JsonText.Parse(RegularFile.ReadAllBytes(path));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new PromptKDException($"{path}: not a JSON object.");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new PromptKDException($"{path}: cannot be read as JSON: {error.Message}", error);
        }
    }
}
