using System.Text.Json;

namespace PromptKD.Models.Weights.Families;

/// <summary>Reads <c>pretrained_cfg</c>, in which timm says how pictures are prepared.</summary>
internal static class TimmPreprocessing
{
    private const double UsualShare = 0.875;

    /// <param name="config">The section; null where there is none.</param>
    /// <param name="path">Of the file, for messages.</param>
    /// <param name="imageSize">Side of the pictures, pixels; null for the one that it says.</param>
    /// <returns>Null without a section.</returns>
    /// <exception cref="PromptKDException">A value is malformed.</exception>
    public static ClipPreprocessing? TryRead(JsonElement? config, string path, int? imageSize = null)
    {
        if (config is null)
        {
            return null;
        }

        int? size = imageSize ?? ReadSize(config, path);
        double share = config.Number("crop_pct", path) ?? UsualShare;
        if (share is not (> 0 and <= 1))
        {
            throw JsonReading.Refuse(path, "crop_pct", config.Find("crop_pct")!.Value, "a number above 0, at most 1");
        }

        int? resized = size is { } side ? (int)Math.Floor(side / share) : null;
        return new ClipPreprocessing
        {
            Source = path,
            Mean = config.Channels("mean", path) ?? ClipPreprocessing.DefaultMean,
            StandardDeviation = config.Channels("std", path) ?? ClipPreprocessing.DefaultDeviation,
            Interpolation = config.Text("interpolation", path) ?? "bicubic",
            ImageSize = size,
            ResizeSize = resized == size ? null : resized,
            ResizeMode = (config.Text("crop_mode", path) ?? "center") switch
            {
                "center" => "shortest",
                "squash" => "squash",
                "border" => "border",
                string other => throw new PromptKDException(
                    $"{path}: crop_mode is '{other}', expected center, squash or border."),
            },
        };
    }

    // [3, 224, 224]
    private static int? ReadSize(JsonElement? config, string path)
    {
        if (config.Find("input_size") is not { } sides)
        {
            return null;
        }

        bool isMeant = sides.ValueKind == JsonValueKind.Array && sides.GetArrayLength() == 3
            && sides.EnumerateArray()
                .All(side => side.ValueKind == JsonValueKind.Number && side.TryGetInt32(out int pixels) && pixels > 0)
            && sides[0].GetInt32() == 3 && sides[1].GetInt32() == sides[2].GetInt32();
        return isMeant ? sides[1].GetInt32() : throw JsonReading.Refuse(path, "input_size", sides, "[3, size, size]");
    }
}
