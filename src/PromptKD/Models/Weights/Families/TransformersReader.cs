using System.Text.Json;
using PromptKD.Models.Clip;
using PromptKD.Models.Towers;
using PromptKD.Models.Towers.Texts;

namespace PromptKD.Models.Weights.Families;

/// <summary>Models as Hugging Face transformers saves them: SigLIP and DINOv2.</summary>
internal static class TransformersReader
{
    private const string HeadsKey = "num_attention_heads";
    private const string EpsilonKey = "layer_norm_eps";
    private const string TextPrefix = "text.";
    private const double UsualEpsilon = 1e-6;

    // Of SiglipVisionConfig and SiglipTextConfig, whose files leave out what has its default.
    private const int UsualSiglipHeads = 12;
    private const int UsualSiglipSize = 224;
    private const string SiglipActivation = "gelu_pytorch_tanh";

    /// <summary>SigLIP and SigLIP 2 of fixed resolution: both towers.</summary>
    /// <param name="files">Open files.</param>
    /// <param name="overrides">Go before all that the files say.</param>
    /// <exception cref="PromptKDException">A tensor or a value of the configuration is not what it should
    /// be.</exception>
    public static FamilyModel ReadSiglip(FamilyFiles files, ClipDetails overrides)
    {
        string path = files.ConfigPath;
        JsonElement? vision = files.Config.Section("vision_config", path);
        JsonElement? text = files.Config.Section("text_config", path);
        Dictionary<string, TensorEntry> named = FamilyNames.OfSiglip(files.Path, files.Tensors);
        var preprocessing = HuggingFacePreprocessing.TryRead(files.Folder);
        ClipArchitecture tower = TowerSizes.OfTower(
            files.Path,
            TowerSizes.Below(TowerSizes.VisualPrefix, named),
            new TowerDescription
            {
                Family = TowerFamilies.Siglip,
                Activation = overrides.Activation ?? ReadActivation(vision, path, SiglipActivation),
                NormEpsilon = vision.Number(EpsilonKey, path) ?? UsualEpsilon,
                Pooling = TokenPooling.Attention,
                Positions = PositionResampling.Cubic,
            },
            _ => overrides.VisionHeads ?? vision.Count(HeadsKey, path) ?? UsualSiglipHeads,
            overrides.ImageSize ?? vision.Count("image_size", path) ?? UsualSiglipSize);
        ClipArchitecture both = TowerSizes.WithText(
            files.Path,
            tower,
            TowerSizes.Below(TextPrefix, named),
            new TextDescription
            {
                Family = UnmaskedText.SiglipFamily,
                Activation = overrides.Activation ?? ReadActivation(text, path, SiglipActivation),
                NormEpsilon = text.Number(EpsilonKey, path) ?? UsualEpsilon,
            },
            overrides.TextHeads ?? text.Count(HeadsKey, path) ?? UsualSiglipHeads);
        return new FamilyModel("Hugging Face", both, named, preprocessing);
    }

    /// <summary>DINOv2, plain or with registers: an image tower.</summary>
    /// <param name="files">Open files.</param>
    /// <param name="overrides">Go before all that the files say.</param>
    /// <exception cref="PromptKDException">As <see cref="ReadSiglip"/>.</exception>
    public static FamilyModel ReadDinov2(FamilyFiles files, ClipDetails overrides)
    {
        string path = files.ConfigPath;
        Dictionary<string, TensorEntry> named = FamilyNames.OfDinov2(files.Path, files.Tensors);
        named.Remove("mask_token");
        var preprocessing = HuggingFacePreprocessing.TryRead(files.Folder);
        var description = new TowerDescription
        {
            Family = TowerFamilies.Dinov2,
            Activation = overrides.Activation ?? ReadActivation(files.Config, path, "gelu"),
            NormEpsilon = files.Config.Number(EpsilonKey, path) ?? UsualEpsilon,
            Positions = named.ContainsKey("reg_token") ? PositionResampling.Antialiased : PositionResampling.Cubic,
        };
        int? stated = overrides.VisionHeads ?? files.Config.Count(HeadsKey, path);
        ClipArchitecture tower = TowerSizes.OfTower(
            files.Path,
            named,
            description,
            width => TrunkDescription.Heads(files.Path, "", stated, width),
            overrides.ImageSize ?? preprocessing?.ImageSize);
        return FamilyModel.OfTower("Hugging Face", tower, named, preprocessing);
    }

    private static ClipActivation ReadActivation(JsonElement? tower, string path, string usual) =>
        (tower.Text("hidden_act", path) ?? usual) switch
        {
            SiglipActivation => ClipActivation.TanhGelu,
            "gelu" => ClipActivation.Gelu,
            "quick_gelu" => ClipActivation.QuickGelu,
            string other => throw new PromptKDException(
                $"{path}: hidden_act is '{other}', expected gelu_pytorch_tanh, gelu or quick_gelu."),
        };
}
