using System.Text.Json;
using PromptKD.Models.Clip;

namespace PromptKD.Models.Weights;

/// <summary>
/// A model as open_clip publishes it: <c>open_clip_config.json</c> beside one file of weights. Without
/// <c>quick_gelu</c> in its <c>model_cfg</c>, such a model uses the exact GELU.
/// </summary>
internal static class OpenClipFolder
{
    private const string ConfigName = "open_clip_config.json";

    // As open_clip writes them; a folder with a single other file of weights is accepted too.
    private static readonly string[] s_weightNames = ["open_clip_model.safetensors", "open_clip_pytorch_model.bin"];

    /// <returns>Null where the folder is not open_clip's.</returns>
    /// <exception cref="PromptKDException">The configuration is malformed, or not of a plain CLIP.</exception>
    public static ModelFolder? TryOpen(string folder)
    {
        string configPath = Path.Combine(folder, ConfigName);
        if (!File.Exists(configPath))
        {
            return null;
        }

        JsonElement config = ModelFolder.ReadJson(configPath);
        JsonElement model = config.Find("model_cfg")
            ?? throw new PromptKDException($"{configPath}: no 'model_cfg'. Is it open_clip's configuration file?");
        JsonElement? vision = model.Find("vision_cfg");
        JsonElement? text = model.Find("text_cfg");
        RequirePlain(configPath, "vision_cfg.pool_type", vision.Find("pool_type").Text(), "tok");
        RequirePlain(configPath, "text_cfg.pool_type", text.Find("pool_type").Text(), "argmax");
        string? unmasked = text.Find("no_causal_mask").IsTrue() ? "true" : null;
        RequirePlain(configPath, "text_cfg.no_causal_mask", unmasked, "false");
        return new ModelFolder
        {
            Format = "open_clip",
            WeightFiles = [FindWeights(folder)],
            Activation = model.Find("quick_gelu").IsTrue() ? ClipActivation.QuickGelu : ClipActivation.Gelu,
            VisionHeads = ReadVisionHeads(vision),
            TextHeads = text.Find("heads").Integer(),
            Preprocessing = ReadPreprocessing(config.Find("preprocess_cfg"), vision.Find("image_size").Integer()),
        };
    }

    // A list of layers means a ResNet, whose width is that of its stem.
    private static int? ReadVisionHeads(JsonElement? vision)
    {
        int? width = vision.Find("width").Integer();
        bool isResNet = vision.Find("layers") is { ValueKind: JsonValueKind.Array };
        return (isResNet ? ClipArchitecture.ResNetReduction * width : width)
            / Math.Max(1, vision.Find("head_width").Integer() ?? ClipArchitecture.HeadWidth);
    }

    private static void RequirePlain(string path, string key, string? value, string plain)
    {
        if (value is not null && value != plain)
        {
            throw new PromptKDException($"{path}: {key} is '{value}', but only OpenAI's '{plain}' is supported.");
        }
    }

    private static string FindWeights(string folder)
    {
        string? usual = s_weightNames.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        if (usual is not null)
        {
            return usual;
        }

        string[] others =
        [
            .. Directory.EnumerateFiles(folder)
                .Where(path => Path.GetExtension(path) is ".safetensors" or ".bin" or ".pt")
                .Order(StringComparer.Ordinal),
        ];
        return others.Length == 1 ? others[0] : throw new PromptKDException(
            $"{folder}: expected {string.Join(" or ", s_weightNames)}, or a single other file of weights, "
            + $"found {(others.Length == 0 ? "none" : string.Join(", ", others.Select(Path.GetFileName)))}.");
    }

    private static ClipPreprocessing? ReadPreprocessing(JsonElement? config, int? imageSize) =>
        config.Find("mean").Channels() is { } mean && config.Find("std").Channels() is { } deviation
            ? new ClipPreprocessing
            {
                Mean = mean,
                StandardDeviation = deviation,
                ImageSize = imageSize,
                Interpolation = config.Find("interpolation").Text() ?? "bicubic",
                ResizeMode = config.Find("resize_mode").Text() ?? "shortest",
            }
            : null;
}
