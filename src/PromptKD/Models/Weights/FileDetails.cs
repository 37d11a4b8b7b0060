using System.Globalization;
using PromptKD.Models.Clip;

namespace PromptKD.Models.Weights;

/// <summary>What the metadata of a safetensors file says of its CLIP.</summary>
internal static class FileDetails
{
    /// <summary>Key of the nonlinearity: <c>quick_gelu</c> or <c>gelu</c>.</summary>
    public const string ActivationKey = "activation";

    private const string VisionHeadsKey = "vision_heads";
    private const string TextHeadsKey = "text_heads";

    /// <summary>Reads it, and refuses what contradicts the configuration beside the file.</summary>
    /// <param name="file">The open file; other formats have no metadata, and say nothing.</param>
    /// <param name="configured">What its configuration says.</param>
    /// <returns>What either says.</returns>
    /// <exception cref="PromptKDException">A value is malformed, or the two say different things.</exception>
    public static ClipDetails Join(CheckpointFile file, ClipDetails configured)
    {
        var own = new ClipDetails
        {
            Activation = ReadActivation(file),
            VisionHeads = ReadHeads(file, VisionHeadsKey),
            TextHeads = ReadHeads(file, TextHeadsKey),
        };
        RequireSame(file, ActivationKey, own.Activation, configured.Activation);
        RequireSame(file, VisionHeadsKey, own.VisionHeads, configured.VisionHeads);
        RequireSame(file, TextHeadsKey, own.TextHeads, configured.TextHeads);
        return own.Or(configured);
    }

    private static ClipActivation? ReadActivation(CheckpointFile file) =>
        file.Metadata.GetValueOrDefault(ActivationKey) switch
        {
            null => null,
            "quick_gelu" => ClipActivation.QuickGelu,
            "gelu" => ClipActivation.Gelu,
            string other => throw new PromptKDException(
                $"{file.Path}: its {ActivationKey} is '{other}', expected quick_gelu or gelu."),
        };

    private static int? ReadHeads(CheckpointFile file, string key) =>
        file.Metadata.GetValueOrDefault(key) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int heads) && heads > 0 ? heads
        : throw new PromptKDException($"{file.Path}: its {key} is '{text}', expected a whole number of at least 1.");

    private static void RequireSame<T>(CheckpointFile file, string key, T? own, T? configured)
        where T : struct
    {
        if (own is { } one && configured is { } other && !one.Equals(other))
        {
            throw new PromptKDException(
                $"{file.Path}: its metadata says that {key} is {one}, the configuration beside it {other}. "
                + "Correct one of them.");
        }
    }
}
