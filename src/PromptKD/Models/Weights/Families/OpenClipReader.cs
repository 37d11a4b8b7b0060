using System.Text.Json;
using PromptKD.Models.Clip;
using PromptKD.Models.Towers;
using PromptKD.Models.Towers.Texts;

namespace PromptKD.Models.Weights.Families;

/// <summary>CLIPs of open_clip whose image tower is one of timm's: EVA-02, SigLIP, MobileCLIP, ConvNeXt, ViT.</summary>
internal static class OpenClipReader
{
    /// <summary>Stands before timm's names.</summary>
    public const string TrunkPrefix = "visual.trunk.";

    private const string HeadPrefix = "visual.head.";
    private const string TextPrefix = "text.";
    private const string MobileClipLicence = "Apple's, for research only: LICENSE_MODELS of MobileCLIP";
    private const int UsualTextHeads = 8;
    private const double UsualEpsilon = 1e-5;

    /// <param name="files">Open files.</param>
    /// <param name="overrides">Go before all that the files say.</param>
    /// <exception cref="PromptKDException">A tensor or a value of the configuration is not what it should
    /// be.</exception>
    public static FamilyModel Read(FamilyFiles files, ClipDetails overrides)
    {
        string path = files.ConfigPath;
        JsonElement? vision = files.OpenClip.Section("vision_cfg", path);
        JsonElement? text = files.OpenClip.Section("text_cfg", path);
        Dictionary<string, TensorEntry> trunk = TowerSizes.Below(TrunkPrefix, files.Tensors);
        foreach ((string name, TensorEntry entry) in TowerSizes.Below(HeadPrefix, files.Tensors))
        {
            trunk[$"head.{name}"] = entry;
        }

        TowerDescription description = TrunkDescription.Of(
            files.Path, trunk.ToDictionary(one => one.Key, one => one.Value.Shape), files.Timm,
            vision.Text("timm_pool", path));
        ClipPreprocessing? preprocessing = OpenClipFolder.ReadPreprocessing(
            files.Config.Section("preprocess_cfg", path), vision, path);
        ClipArchitecture tower = TowerSizes.OfTower(
            files.Path,
            trunk,
            description with
            {
                Activation = overrides.Activation ?? description.Activation,
                Licence = description.Family == TowerFamilies.FastVit ? MobileClipLicence : null,
            },
            width => TrunkDescription.Heads(files.Path, files.Timm, overrides.VisionHeads, width),
            overrides.ImageSize ?? preprocessing?.ImageSize);
        var named = trunk.ToDictionary(one => TowerSizes.VisualPrefix + one.Key, one => one.Value);
        Copy(files, named, "logit_scale");
        Copy(files, named, "logit_bias");
        bool isUnmasked = text.Flag("no_causal_mask", path) == true
            || files.Tensors.ContainsKey("text.text_projection.weight");
        ClipArchitecture both = isUnmasked
            ? AddUnmasked(files, overrides, tower, text, named)
            : AddClips(files, overrides, tower, text, named);
        return new FamilyModel("open_clip", both, named, preprocessing);
    }

    private static ClipArchitecture AddUnmasked(
        FamilyFiles files, ClipDetails overrides, ClipArchitecture tower, JsonElement? text,
        Dictionary<string, TensorEntry> named)
    {
        string path = files.ConfigPath;
        Dictionary<string, TensorEntry> own = FamilyNames.OfText(TowerSizes.Below(TextPrefix, files.Tensors));
        bool isSiglips = text.Text("pool_type", path) == "last"
            || (files.Config is null && own.ContainsKey("head.bias"));
        ClipActivation activation = text.Section("act_kwargs", path).Text("approximate", path) switch
        {
            null or "none" => ClipActivation.Gelu,
            "tanh" => ClipActivation.TanhGelu,
            string other => throw new PromptKDException(
                $"{path}: text_cfg.act_kwargs.approximate is '{other}', expected tanh or none."),
        };
        ClipArchitecture both = TowerSizes.WithText(
            files.Path,
            tower,
            own,
            new TextDescription
            {
                Family = isSiglips ? UnmaskedText.SiglipFamily : UnmaskedText.ClipFamily,
                Activation = overrides.Activation ?? activation,
                NormEpsilon = text.Section("norm_kwargs", path).Number("eps", path) ?? UsualEpsilon,
            },
            overrides.TextHeads ?? text.Count("heads", path) ?? UsualTextHeads);
        foreach ((string name, TensorEntry entry) in own)
        {
            named[UnmaskedText.TextPrefix + name] = entry;
        }

        return both;
    }

    // CLIP's own text tower, in a module of its own or beside the image tower, with open_clip's nonlinearity.
    private static ClipArchitecture AddClips(
        FamilyFiles files, ClipDetails overrides, ClipArchitecture tower, JsonElement? text,
        Dictionary<string, TensorEntry> named)
    {
        Dictionary<string, TensorEntry> own = ParameterNames.Translate(
            files.Path,
            files.Tensors.Where(one => !one.Key.StartsWith(TowerSizes.VisualPrefix, StringComparison.Ordinal)));
        ClipArchitecture both = new ArchitectureReader(
            own.ToDictionary(one => one.Key, one => one.Value.Shape),
            files.Path,
            new ClipDetails
            {
                Activation = overrides.Activation
                    ?? (files.OpenClip.Flag("quick_gelu", files.ConfigPath) == true
                        ? ClipActivation.QuickGelu
                        : ClipActivation.Gelu),
                TextHeads = overrides.TextHeads ?? text.Count("heads", files.ConfigPath) ?? UsualTextHeads,
            },
            byOpenAi: false).ReadTextOf(tower);
        ClipParameters.CheckText(files.Path, own, both);
        foreach ((string name, TensorEntry entry) in own)
        {
            named[name] = entry;
        }

        return both;
    }

    private static void Copy(FamilyFiles files, Dictionary<string, TensorEntry> named, string name)
    {
        if (files.Tensors.TryGetValue(name, out TensorEntry? entry))
        {
            named[name] = entry;
        }
    }
}
