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

    // Of open_clip's CLIPVisionCfg and CLIPTextCfg.
    private const int DefaultVisionWidth = 768;
    private const int DefaultTextHeads = 8;

    // As open_clip writes them; a folder with a single other file of weights is accepted too.
    private static readonly string[] s_weightNames = ["open_clip_model.safetensors", "open_clip_pytorch_model.bin"];

    /// <returns>Null where the folder is not open_clip's.</returns>
    /// <exception cref="PromptKDException">The configuration is malformed, or not of a plain CLIP.</exception>
    public static ModelFolder? TryOpen(string folder) =>
        HasConfiguration(folder) ? Read(folder, () => FindWeights(folder)) : null;

    /// <summary>What the folder's configuration says of one file in it.</summary>
    /// <returns>Null where the folder is not open_clip's.</returns>
    /// <exception cref="PromptKDException">The configuration is malformed, or not of a plain CLIP.</exception>
    public static ModelFolder? TryOpenFor(string file)
    {
        string folder = ModelFolder.Of(file);
        return HasConfiguration(folder) ? Read(folder, () => file) : null;
    }

    /// <summary>Whether a file has the name that open_clip gives to weights.</summary>
    public static bool Names(string file) => s_weightNames.Contains(Path.GetFileName(file));

    /// <summary>Whether a folder has open_clip's configuration.</summary>
    public static bool HasConfiguration(string folder) => File.Exists(Path.Combine(folder, ConfigName));

    /// <summary>Whether a file is the only one of weights in its folder.</summary>
    public static bool IsOnlyFile(string file) =>
        WeightsIn(ModelFolder.Of(file)) is [var only] && Path.GetFileName(only) == Path.GetFileName(file);

    /// <summary>
    /// How pictures are prepared. What is left out has open_clip's default (its PreprocessCfg), which is as OpenAI
    /// does.
    /// </summary>
    /// <param name="config">preprocess_cfg; null where there is none.</param>
    /// <param name="vision">vision_cfg.</param>
    /// <param name="path">Of the configuration, for messages.</param>
    /// <returns>Null without preprocess_cfg.</returns>
    /// <exception cref="PromptKDException">A value is malformed.</exception>
    public static ClipPreprocessing? ReadPreprocessing(JsonElement? config, JsonElement? vision, string path)
    {
        if (config is null)
        {
            return null;
        }

        RequirePlain(path, "preprocess_cfg.mode", config.Text("mode", path), "RGB");
        return new ClipPreprocessing
        {
            Source = path,
            Mean = config.Channels("mean", path) ?? ClipPreprocessing.DefaultMean,
            StandardDeviation = config.Channels("std", path) ?? ClipPreprocessing.DefaultDeviation,
            ImageSize = ReadSide(config, "size", path) ?? ReadSide(vision, "image_size", path),
            Interpolation = config.Text("interpolation", path) ?? "bicubic",
            ResizeMode = config.Text("resize_mode", path) ?? "shortest",
        };
    }

    private static ModelFolder Read(string folder, Func<string> findWeights)
    {
        string path = Path.Combine(folder, ConfigName);
        JsonElement? config = ModelFolder.ReadJson(path);
        JsonElement? model = config.Section("model_cfg", path)
            ?? throw new PromptKDException($"{path}: no 'model_cfg'. Is it open_clip's configuration file?");
        JsonElement? vision = model.Section("vision_cfg", path);
        JsonElement? text = model.Section("text_cfg", path);
        RequirePlain(path, "vision_cfg.pool_type", vision.Text("pool_type", path), "tok");
        RequirePlain(path, "text_cfg.pool_type", text.Text("pool_type", path), "argmax");
        string? unmasked = text.Flag("no_causal_mask", path) == true ? "true" : null;
        RequirePlain(path, "text_cfg.no_causal_mask", unmasked, "false");
        RequireNothing(path, vision, "vision_cfg");
        RequireNothing(path, text, "text_cfg");
        return new ModelFolder
        {
            Format = "open_clip",
            Details = new ClipDetails
            {
                Activation = model.Flag("quick_gelu", path) == true ? ClipActivation.QuickGelu : ClipActivation.Gelu,
                VisionHeads = ReadVisionHeads(vision, path),
                TextHeads = text.Count("heads", path) ?? DefaultTextHeads,
            },
            Preprocessing = ReadPreprocessing(config.Section("preprocess_cfg", path), vision, path),
            WeightFiles = [findWeights()],
        };
    }

    // A list of layers means a ResNet, whose width is that of its stem.
    private static int ReadVisionHeads(JsonElement? vision, string path)
    {
        int stated = vision.Count("width", path) ?? DefaultVisionWidth;
        int headWidth = vision.Count("head_width", path) ?? ClipArchitecture.HeadWidth;
        bool isResNet = vision.Find("layers") is { ValueKind: JsonValueKind.Array };
        long width = isResNet ? (long)ClipArchitecture.ResNetReduction * stated : stated;
        return width % headWidth == 0 && width <= int.MaxValue ? (int)(width / headWidth) : throw new PromptKDException(
            $"{path}: vision_cfg.head_width is {headWidth}, which does not divide the image encoder's "
            + $"width of {width}.");
    }

    private static void RequirePlain(string path, string key, string? value, string plain)
    {
        if (value is not null && value != plain)
        {
            throw new PromptKDException($"{path}: {key} is '{value}', but only OpenAI's '{plain}' is supported.");
        }
    }

    // Arguments of the norms and the activation change what is computed, and cannot be seen in the tensors.
    private static void RequireNothing(string path, JsonElement? tower, string section)
    {
        foreach (string key in new[] { "norm_kwargs", "act_kwargs" })
        {
            if (tower.Section(key, path) is { } arguments && arguments.EnumerateObject().Any())
            {
                throw JsonReading.Refuse(path, $"{section}.{key}", arguments, "nothing, as in OpenAI's models");
            }
        }
    }

    private static string FindWeights(string folder)
    {
        string? usual = s_weightNames.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        if (usual is not null)
        {
            return usual;
        }

        string[] others = WeightsIn(folder);
        return others.Length == 1 ? others[0] : throw new PromptKDException(
            $"{folder}: expected {string.Join(" or ", s_weightNames)}, or a single other file of weights, "
            + $"found {(others.Length == 0 ? "none" : string.Join(", ", others.Select(Path.GetFileName)))}.");
    }

    private static string[] WeightsIn(string folder) =>
    [
        .. Directory.EnumerateFiles(folder)
            .Where(path => Path.GetExtension(path) is ".safetensors" or ".bin" or ".pt")
            .Order(StringComparer.Ordinal),
    ];

    // 224, or [224, 224].
    private static int? ReadSide(JsonElement? config, string name, string path)
    {
        if (config.Find(name) is not { ValueKind: JsonValueKind.Array } sides)
        {
            return config.Count(name, path);
        }

        bool isSquare = sides.GetArrayLength() == 2 && sides[0].GetRawText() == sides[1].GetRawText()
            && sides[0].ValueKind == JsonValueKind.Number && sides[0].TryGetInt32(out int side) && side > 0;
        return isSquare ? sides[0].GetInt32() : throw JsonReading.Refuse(path, name, sides, "a number, or one twice");
    }
}
