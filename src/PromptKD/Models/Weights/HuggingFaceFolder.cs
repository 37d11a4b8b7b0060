using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using PromptKD.Models.Clip;

namespace PromptKD.Models.Weights;

/// <summary>
/// A model as Hugging Face transformers saves its <c>CLIPModel</c>: <c>config.json</c> beside the weights in one
/// file or several, and possibly <c>preprocessor_config.json</c>.
/// </summary>
internal static partial class HuggingFaceFolder
{
    private const string ConfigName = "config.json";
    private const string HeadsKey = "num_attention_heads";

    // Of transformers' CLIPVisionConfig and CLIPTextConfig, which leave out what has its default.
    private const int DefaultVisionHeads = 12;
    private const int DefaultTextHeads = 8;

    private static readonly string[] s_weightNames = ["model.safetensors", "pytorch_model.bin"];

    /// <returns>Null where the folder is not transformers'.</returns>
    /// <exception cref="PromptKDException">It holds another model, or a file is malformed or missing.</exception>
    public static ModelFolder? TryOpen(string folder) =>
        HasConfiguration(folder) ? Read(folder, () => FindWeights(folder)) : null;

    /// <summary>What the folder's configuration says of one file in it.</summary>
    /// <returns>Null where the folder is not transformers'.</returns>
    /// <exception cref="PromptKDException">It holds another model, or a file is malformed.</exception>
    public static ModelFolder? TryOpenFor(string file)
    {
        string folder = ModelFolder.Of(file);
        return HasConfiguration(folder) ? Read(folder, () => [file]) : null;
    }

    /// <summary>Whether a file has transformers' name for weights, and transformers' configuration beside it.</summary>
    /// <exception cref="PromptKDException">The configuration is malformed.</exception>
    public static bool Claims(string file)
    {
        string folder = ModelFolder.Of(file);
        if (!s_weightNames.Contains(Path.GetFileName(file)) || !HasConfiguration(folder))
        {
            return false;
        }

        JsonElement config = ModelFolder.ReadJson(Path.Combine(folder, ConfigName));
        return config.Find("model_type") is not null || config.Find("vision_config") is not null
            || config.Find("vision_config_dict") is not null;
    }

    /// <summary>Refuses a file that holds a part of a model.</summary>
    /// <exception cref="PromptKDException">It is one of several, by its name.</exception>
    public static void RefusePart(string file)
    {
        if (PartName().Match(Path.GetFileName(file)) is { Success: true } part
            && int.Parse(part.Groups[1].ValueSpan, CultureInfo.InvariantCulture) > 1)
        {
            throw new PromptKDException(
                $"{file}: by its name one part of a model in several. Give its folder, '{ModelFolder.Of(file)}'.");
        }
    }

    private static bool HasConfiguration(string folder) => File.Exists(Path.Combine(folder, ConfigName));

    private static ModelFolder Read(string folder, Func<string[]> findWeights)
    {
        string path = Path.Combine(folder, ConfigName);
        JsonElement? config = ModelFolder.ReadJson(path);
        if (config.Text("model_type", path) is { } type && type != "clip")
        {
            throw type is "siglip" or "dinov2" or "dinov2_with_registers"
                ? new PromptKDException(
                    $"{path}: model_type is '{type}', expected 'clip' (a CLIPModel), whose names the tensors have.")
                : new PromptKDException(
                    $"{path}: {(type == "dinov3_vit" ? "a DINOv3" : $"a '{type}' of transformers")}, which is not "
                    + "supported; of its models clip, siglip, dinov2 and dinov2_with_registers are.");
        }

        // Older versions of transformers wrote these, and newer ones let them win where both are there.
        JsonElement? vision = config.Section("vision_config_dict", path) ?? config.Section("vision_config", path);
        JsonElement? text = config.Section("text_config_dict", path) ?? config.Section("text_config", path);
        ClipActivation activation = ReadActivation(path, vision);
        if (ReadActivation(path, text) != activation)
        {
            throw new PromptKDException(
                $"{path}: hidden_act differs between vision_config and text_config, which is not supported.");
        }

        CheckNormEpsilon(path, vision);
        CheckNormEpsilon(path, text);
        return new ModelFolder
        {
            Format = "Hugging Face",
            Positions = PositionResampling.Cubic,
            Details = new ClipDetails
            {
                Activation = activation,
                VisionHeads = vision.Count(HeadsKey, path) ?? DefaultVisionHeads,
                TextHeads = text.Count(HeadsKey, path) ?? DefaultTextHeads,
            },
            Preprocessing = HuggingFacePreprocessing.TryRead(folder),
            WeightFiles = findWeights(),
        };
    }

    // transformers leaves out what has its default: quick_gelu.
    private static ClipActivation ReadActivation(string path, JsonElement? tower) =>
        (tower.Text("hidden_act", path) ?? "quick_gelu") switch
        {
            "quick_gelu" => ClipActivation.QuickGelu,
            "gelu" => ClipActivation.Gelu,
            string other => throw new PromptKDException(
                $"{path}: hidden_act is '{other}', expected quick_gelu or gelu."),
        };

    private static void CheckNormEpsilon(string path, JsonElement? tower)
    {
        const double Epsilon = 1e-5;
        if (tower.Number("layer_norm_eps", path) is { } value && value != Epsilon)
        {
            throw new PromptKDException($"{path}: layer_norm_eps is {value}, but only CLIP's own 1e-05 is supported.");
        }
    }

    /// <summary>The parts of a model in several files; null where no index lists any.</summary>
    /// <exception cref="PromptKDException">A part is missing.</exception>
    public static string[]? FindParts(string folder) => s_weightNames
        .Select(name => Path.Combine(folder, name + ".index.json"))
        .FirstOrDefault(File.Exists) is { } index
            ? ReadIndex(folder, index)
            : null;

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
        if (names.Length == 0)
        {
            throw new PromptKDException($"{indexPath}: its 'weight_map' names no part. Fetch the index again.");
        }

        foreach (string name in names)
        {
            if (name != Path.GetFileName(name) || !File.Exists(Path.Combine(folder, name)))
            {
                throw new PromptKDException($"{indexPath}: its part '{name}' is not in the folder. Fetch all parts.");
            }
        }

        return [.. names.Select(name => Path.Combine(folder, name))];
    }

    [GeneratedRegex(@"-[0-9]{5}-of-([0-9]{5})\.")]
    private static partial Regex PartName();
}
