using PromptKD.Models.Clip;
using PromptKD.Models.Towers;

namespace PromptKD.Models.Weights.Families;

/// <summary>
/// Tells what kind of tower a trunk under timm's names is, by its tensors; and by timm's name what they do not show:
/// the nonlinearity, what is added to variances, heads that are not 64 wide.
/// </summary>
internal static class TrunkDescription
{
    private const double ClipEpsilon = 1e-5;
    private const int UsualHeadWidth = 64;
    private const int ManyHeads = 16;

    // Of these entries timm says act_layer='gelu_tanh'; of the other SigLIPs it runs the exact GELU.
    private static readonly string[] s_tanh =
    [
        "base_patch32_siglip_256", "so400m_patch16_siglip", "giantopt_patch16_siglip",
    ];

    /// <param name="source">What the tensors belong to, for messages.</param>
    /// <param name="tensors">Shapes of the trunk's tensors.</param>
    /// <param name="name">timm's name of it; empty where nothing says it.</param>
    /// <param name="pooling">global_pool of timm's configuration, or open_clip's timm_pool; null where nothing says
    /// it.</param>
    /// <exception cref="PromptKDException">No known family has such tensors.</exception>
    public static TowerDescription Of(
        string source, IReadOnlyDictionary<string, long[]> tensors, string name, string? pooling)
    {
        var shapes = new TensorShapes(tensors, source);
        if (shapes.Has("conv_stem.weight"))
        {
            return new TowerDescription { Family = TowerFamilies.MobileNetV4 };
        }

        if (shapes.HasBelow("stem.0.conv_kxk") || shapes.Has("stem.0.reparam_conv.weight"))
        {
            return IsMobileClips(shapes, name)
                ? new TowerDescription { Family = TowerFamilies.FastVit }
                : throw new PromptKDException(
                    $"{source}: a FastViT from before MobileCLIP, which computes otherwise and is not supported. Use "
                    + "fastvit_mci0, mci1 or mci2.");
        }

        if (shapes.Has("stages.0.blocks.0.conv_dw.weight"))
        {
            return new TowerDescription
            {
                Family = TowerFamilies.ConvNeXt,
                NormEpsilon = name.StartsWith("convnext_xxlarge", StringComparison.Ordinal) ? ClipEpsilon : 1e-6,
            };
        }

        return shapes.Has("patch_embed.proj.weight") ? OfTokens(shapes, name, pooling) : throw new PromptKDException(
            $"{source}: the image tower '{name}' is of no family that is known here. Known are timm's ViT, DeiT, "
            + "DINOv2, SigLIP, EVA-02, MobileNetV4, FastViT (MobileCLIP) and ConvNeXt.");
    }

    /// <summary>Attention heads of each layer.</summary>
    /// <param name="source">As in <see cref="Of"/>.</param>
    /// <param name="name">As there.</param>
    /// <param name="stated">num_heads, where the configuration says it.</param>
    /// <param name="width">Of the tokens.</param>
    /// <exception cref="PromptKDException">They do not divide the width.</exception>
    public static int Heads(string source, string name, int? stated, int width)
    {
        bool isUnusual = name.Contains("so400m", StringComparison.Ordinal)
            || name.Contains("giantopt", StringComparison.Ordinal);
        int heads = stated ?? (isUnusual ? ManyHeads : width / UsualHeadWidth);
        return heads > 0 && width % heads == 0 ? heads : throw new PromptKDException(
            $"{source}: tokens are {width} wide, which {heads} attention heads do not divide. Write num_heads into "
            + "model_args of the config.json beside it.");
    }

    // The earlier ones have no nonlinearity behind their large kernels, which tensors do not show; nor do they weigh
    // channels there.
    private static bool IsMobileClips(TensorShapes shapes, string name) => name.Length > 0
        ? name.StartsWith("fastvit_mci", StringComparison.Ordinal)
        : shapes.All.Any(one => one.Key.Contains(".downsample.proj.0.se.", StringComparison.Ordinal));

    private static TowerDescription OfTokens(TensorShapes shapes, string name, string? pooling)
    {
        bool isClip = name.Contains("_clip_", StringComparison.Ordinal);
        bool isDino = name.Contains("dinov2", StringComparison.Ordinal)
            || (name.Length == 0 && shapes.Has("mask_token"));
        bool isEva = shapes.Has("blocks.0.attn.q_proj.weight");
        bool isSiglip = shapes.Has("attn_pool.latent");
        return new TowerDescription
        {
            Family = isEva
                ? TowerFamilies.Eva02
                : isSiglip ? TowerFamilies.Siglip : isDino ? TowerFamilies.Dinov2 : TowerFamilies.Vit,
            Activation = name.Contains("quickgelu", StringComparison.Ordinal) ? ClipActivation.QuickGelu
                : s_tanh.Any(part => name.Contains(part, StringComparison.Ordinal)) ? ClipActivation.TanhGelu
                : ClipActivation.Gelu,
            NormEpsilon = isClip && !isEva ? ClipEpsilon : 1e-6,
            Pooling = isSiglip ? TokenPooling.Attention
                : pooling == "avg" || shapes.Has("fc_norm.weight") ? TokenPooling.Average
                : TokenPooling.Token,
        };
    }
}
