using System.Text.Json;
using PromptKD.Models.Clip;

namespace PromptKD.Models.Weights;

/// <summary>
/// A model as Hugging Face transformers saves its <c>CLIPModel</c>: <c>config.json</c> beside the weights in one
/// file or several, and possibly <c>preprocessor_config.json</c>.
/// </summary>
internal static class HuggingFaceFolder
{
    private static readonly string[] s_weightNames = ["model.safetensors", "pytorch_model.bin"];

    /// <returns>Null where the folder is not transformers'.</returns>
    /// <exception cref="PromptKDException">It holds another model, or a file is malformed or missing.</exception>
    public static ModelFolder? TryOpen(string folder)
    {
        string configPath = Path.Combine(folder, "config.json");
        if (!File.Exists(configPath))
        {
            return null;
        }

        JsonElement config = ModelFolder.ReadJson(configPath);
        if (config.Find("model_type").Text() is { } type && type != "clip")
        {
            throw new PromptKDException($"{configPath}: model_type is '{type}', expected 'clip' (a CLIPModel).");
        }

        JsonElement? vision = config.Find("vision_config");
        JsonElement? text = config.Find("text_config");
        ClipActivation activation = ReadActivation(configPath, vision);
        if (ReadActivation(configPath, text) != activation)
        {
            throw new PromptKDException(
                $"{configPath}: hidden_act differs between vision_config and text_config, which is not supported.");
        }

        CheckNormEpsilon(configPath, vision);
        CheckNormEpsilon(configPath, text);
        return new ModelFolder
        {
            Format = "Hugging Face",
            WeightFiles = FindWeights(folder),
            Activation = activation,
            VisionHeads = vision.Find("num_attention_heads").Integer(),
            TextHeads = text.Find("num_attention_heads").Integer(),
            Preprocessing = ReadPreprocessing(Path.Combine(folder, "preprocessor_config.json")),
        };
    }

    // transformers leaves out what has its default: quick_gelu.
    private static ClipActivation ReadActivation(string path, JsonElement? tower) =>
        (tower.Find("hidden_act").Text() ?? "quick_gelu") switch
        {
            "quick_gelu" => ClipActivation.QuickGelu,
            "gelu" => ClipActivation.Gelu,
            string other => throw new PromptKDException(
                $"{path}: hidden_act is '{other}', expected quick_gelu or gelu."),
        };

    private static void CheckNormEpsilon(string path, JsonElement? tower)
    {
        const double Epsilon = 1e-5;
        if (tower.Find("layer_norm_eps").Number() is { } value && value != Epsilon)
        {
            throw new PromptKDException($"{path}: layer_norm_eps is {value}, but only CLIP's own 1e-05 is supported.");
        }
    }

    private static string[] FindWeights(string folder)
    {
        foreach (string path in s_weightNames.Select(name => Path.Combine(folder, name)))
        {
            if (File.Exists(path))
            {
                return [path];
            }

            if (File.Exists(path + ".index.json"))
            {
                return ReadIndex(folder, path + ".index.json");
            }
        }

        throw new PromptKDException(
            $"{folder}: no weights: expected {string.Join(" or ", s_weightNames)}, or an index of parts.");
    }

    private static string[] ReadIndex(string folder, string indexPath)
    {
        if (ModelFolder.ReadJson(indexPath).Find("weight_map") is not { ValueKind: JsonValueKind.Object } map)
        {
            throw new PromptKDException($"{indexPath}: no 'weight_map'.");
        }

        string[] names =
        [
            .. map.EnumerateObject().Select(entry => entry.Value.ToString()).Distinct().Order(StringComparer.Ordinal),
        ];
        foreach (string name in names)
        {
            if (name != Path.GetFileName(name) || !File.Exists(Path.Combine(folder, name)))
            {
                throw new PromptKDException($"{indexPath}: its part '{name}' is not in the folder. Fetch all parts.");
            }
        }

        return [.. names.Select(name => Path.Combine(folder, name))];
    }

    private static ClipPreprocessing? ReadPreprocessing(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        JsonElement config = ModelFolder.ReadJson(path);
        if (config.Find("image_mean").Channels() is not { } mean
            || config.Find("image_std").Channels() is not { } deviation)
        {
            return null;
        }

        bool bothSides = config.Find("size").Find("height") is not null;
        return new ClipPreprocessing
        {
            Mean = mean,
            StandardDeviation = deviation,
            ImageSize = ReadSize(config.Find("crop_size")) ?? ReadSize(config.Find("size")),
            Interpolation = Interpolation(config.Find("resample").Integer()),
            ResizeMode = bothSides ? "squash" : "shortest",
        };
    }

    // 224, {"shortest_edge": 224} or {"height": 224, "width": 224}: all three are in use.
    private static int? ReadSize(JsonElement? size) =>
        size.Integer() ?? size.Find("shortest_edge").Integer() ?? size.Find("height").Integer();

    // Numbered as in Pillow (PIL.Image.Resampling).
    private static string Interpolation(int? resample) => resample switch
    {
        0 => "nearest",
        1 => "lanczos",
        2 => "bilinear",
        _ => "bicubic",
    };
}
