using System.Text.Json;

namespace PromptKD.Models.Weights.Families;

/// <summary>The open files of a model, and the configuration beside them, whichever program wrote it.</summary>
internal sealed class FamilyFiles : IDisposable
{
    private const string OpenClipConfig = "open_clip_config.json";
    private const string HubConfig = "config.json";

    private static readonly string[] s_weightNames =
    [
        "open_clip_model.safetensors", "model.safetensors", "open_clip_pytorch_model.bin", "pytorch_model.bin",
    ];

    private readonly List<CheckpointFile> _open = [];

    private FamilyFiles(string path, IReadOnlyList<string> weightFiles, string? configPath)
    {
        Path = path;
        WeightFiles = weightFiles;
        ConfigPath = configPath ?? path;
        Config = configPath is null ? null : ModelFolder.ReadJson(configPath);
        try
        {
            _open.AddRange(weightFiles.Select(CheckpointFile.Open));

            // Before prefixes are looked for: half of what is known of such a model would be taken for one.
            Tensors = Merge(path, _open);
            Unsupported.Refuse(this);
            Tensors = NamePrefix.TakeOff(path, Tensors);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What the user named.</summary>
    public string Path { get; }

    /// <summary>The files of weights.</summary>
    public IReadOnlyList<string> WeightFiles { get; }

    /// <summary>The folder that they lie in.</summary>
    public string Folder => ModelFolder.Of(WeightFiles[0]);

    /// <summary>Every tensor, without a prefix that all names have.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors { get; }

    /// <summary>The configuration; null where there is none.</summary>
    public JsonElement? Config { get; }

    /// <summary>Its path, for messages.</summary>
    public string ConfigPath { get; }

    /// <summary>model_cfg of open_clip's configuration; null where it is another's.</summary>
    public JsonElement? OpenClip => Config.Section("model_cfg", ConfigPath);

    /// <summary>model_type of transformers' configuration; null where it is another's.</summary>
    public string? Transformers => Config.Text("model_type", ConfigPath);

    /// <summary>architecture of timm's configuration, timm_model_name of open_clip's; empty where neither says
    /// it.</summary>
    public string Timm => OpenClip.Section("vision_cfg", ConfigPath).Text("timm_model_name", ConfigPath)
        ?? Config.Text("architecture", ConfigPath) ?? "";

    /// <summary>Opens a folder or a file whose configuration is that of another family, or whose tensors are.</summary>
    /// <returns>Null where it is a CLIP of OpenAI's architecture, or nothing of the kind.</returns>
    /// <exception cref="PromptKDException">It is another family's, and damaged or incomplete.</exception>
    public static FamilyFiles? TryOpen(string path)
    {
        bool isFolder = Directory.Exists(path);
        string folder = isFolder ? path : ModelFolder.Of(path);
        string? config = new[] { OpenClipConfig, HubConfig }
            .Select(name => System.IO.Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        if (isFolder)
        {
            return config is not null && IsOtherFamily(config)
                ? new FamilyFiles(path, FindWeights(folder), config)
                : null;
        }

        return HasOtherTower(path)
            ? new FamilyFiles(path, [path], config is not null && IsOtherFamily(config) ? config : null)
            : config is not null && IsDescribed(path, config) ? new FamilyFiles(path, [path], config)
            : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _open.ForEach(file => file.Dispose());

    // A file of CLIP's stays with whoever reads CLIPs, and so does what cannot be read: its messages are theirs.
    private static bool HasOtherTower(string path)
    {
        try
        {
            using CheckpointFile file = CheckpointFile.Open(path);
            return file.Tensors.Any(one =>
                NamePrefix.IsOfOtherTower(one.Key) || Unsupported.Has(one.Key, one.Value.Shape.Length));
        }
        catch (PromptKDException)
        {
            return false;
        }
    }

    // A file under the usual name is its configuration's; transformers' models are told by their tensors.
    private static bool IsDescribed(string path, string config)
    {
        try
        {
            return s_weightNames.Contains(System.IO.Path.GetFileName(path))
                && ModelFolder.ReadJson(config).TryGetProperty("model_type", out _) is false
                && IsOtherFamily(config);
        }
        catch (PromptKDException)
        {
            return false;
        }
    }

    private static bool IsOtherFamily(string path)
    {
        JsonElement? config = ModelFolder.ReadJson(path);
        return config.Section("model_cfg", path) is { } model
            ? ((JsonElement?)model).Section("vision_cfg", path).Text("timm_model_name", path) is not null
                || ((JsonElement?)model).Section("text_cfg", path).Text("hf_model_name", path) is not null
                || ((JsonElement?)model).Section("multimodal_cfg", path) is not null
            : config.Find("pretrained_cfg") is not null
                || config.Text("model_type", path) is "siglip" or "siglip2" or "dinov2" or "dinov2_with_registers";
    }

    private static string[] FindWeights(string folder)
    {
        string? usual = s_weightNames.Select(name => System.IO.Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        if (usual is not null)
        {
            return [usual];
        }

        if (HuggingFaceFolder.FindParts(folder) is { } parts)
        {
            return parts;
        }

        string[] others =
        [
            .. Directory.EnumerateFiles(folder)
                .Where(file => System.IO.Path.GetExtension(file) is ".safetensors" or ".bin" or ".pt" or ".pth")
                .Order(StringComparer.Ordinal),
        ];
        return others.Length == 1 ? others : throw new PromptKDException(
            $"{folder}: expected {string.Join(" or ", s_weightNames)}, or a single other file of weights, found "
            + $"{(others.Length == 0 ? "none" : string.Join(", ", others.Select(System.IO.Path.GetFileName)))}.");
    }

    private static Dictionary<string, TensorEntry> Merge(string path, List<CheckpointFile> files)
    {
        var all = new Dictionary<string, TensorEntry>();
        foreach ((string name, TensorEntry entry) in files.SelectMany(file => file.Tensors))
        {
            if (!all.TryAdd(name, entry))
            {
                throw new PromptKDException(
                    $"{path}: '{name}' is in two of its files. Keep the parts of one model only.");
            }
        }

        return all;
    }
}
