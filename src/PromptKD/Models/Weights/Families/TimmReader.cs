using System.Text.Json;
using PromptKD.Models.Clip;
using PromptKD.Models.Towers;

namespace PromptKD.Models.Weights.Families;

/// <summary>
/// Image towers as timm pushes them to the hub, or DINOv2's own repository saves them. Classifiers are left out: a
/// student's
/// features are what stands in front of one.
/// </summary>
internal static class TimmReader
{
    /// <param name="files">Open files.</param>
    /// <param name="overrides">Go before all that the files say.</param>
    /// <exception cref="PromptKDException">A tensor or a value of the configuration is not what it should
    /// be.</exception>
    public static FamilyModel Read(FamilyFiles files, ClipDetails overrides)
    {
        string path = files.ConfigPath;
        JsonElement? arguments = files.Config.Section("model_args", path);
        JsonElement? pretrained = files.Config.Section("pretrained_cfg", path);
        Dictionary<string, TensorEntry> named = FamilyNames.OfTimm(TowerSizes.Below("", files.Tensors));
        string? pooling = arguments.Text("global_pool", path) ?? files.Config.Text("global_pool", path);
        TowerDescription description = TrunkDescription.Of(
            files.Path, named.ToDictionary(one => one.Key, one => one.Value.Shape), files.Timm, pooling);
        bool isFacebooks = files.Timm.Length == 0 && named.Remove("mask_token") && !named.ContainsKey("reg_token");
        RemoveClassifier(named, description, pretrained.Text("tag", path) ?? "");
        ClipPreprocessing? preprocessing = TimmPreprocessing.TryRead(pretrained, path, overrides.ImageSize);
        int? stated = overrides.VisionHeads ?? arguments.Count("num_heads", path);
        ClipArchitecture tower = TowerSizes.OfTower(
            files.Path,
            named,
            description with
            {
                Activation = overrides.Activation ?? description.Activation,
                Positions = isFacebooks ? PositionResampling.ShiftedCubic : PositionResampling.Antialiased,
                Licence = pretrained.Text("license", path),
            },
            width => TrunkDescription.Heads(files.Path, files.Timm, stated, width),
            overrides.ImageSize ?? preprocessing?.ImageSize);
        return FamilyModel.OfTower(files.Config is null ? "timm's names," : "timm", tower, named, preprocessing);
    }

    // MobileCLIP's towers end in the embedding of their CLIP, which is no classifier.
    private static void RemoveClassifier(
        Dictionary<string, TensorEntry> named, TowerDescription description, string tag)
    {
        bool isEmbedding = description.Family == TowerFamilies.FastVit
            && (tag.Length == 0 || tag.Contains("mclip", StringComparison.Ordinal));
        foreach (string name in named.Keys.Where(name => IsClassifier(name) && !isEmbedding).ToArray())
        {
            named.Remove(name);
        }
    }

    private static bool IsClassifier(string name) =>
        name is "head.weight" or "head.bias" or "head_dist.weight" or "head_dist.bias"
        or "classifier.weight" or "classifier.bias" or "head.fc.weight" or "head.fc.bias";
}
