using System.Globalization;
using PromptKD.Models.Clip;
using PromptKD.Models.Towers;

namespace PromptKD.Speed;

/// <summary>
/// Towers of other families at the sizes of their published models: names and shapes, without values.
/// </summary>
internal static class TowerSizes
{
    private const int So400mWidth = 1152;
    private const int So400mLayers = 27;
    private const int So400mPerceptron = 4304;
    private const int So400mPatch = 14;
    private const int Side = 16;
    private const int HeadWidth = 72;
    private const int Colours = 3;

    // Of MobileNetV4-conv-small's inverted bottlenecks: width, kernel before (0: none), wide, kernel within (0: none).
    private static readonly (int Width, int Before, int Wide, int Within)[][] s_small =
    [
        [(96, 5, 192, 5), (96, 0, 192, 3), (96, 0, 192, 3), (96, 0, 192, 3), (96, 0, 192, 3), (96, 3, 384, 0)],
        [(128, 3, 576, 3), (128, 5, 512, 5), (128, 0, 512, 5), (128, 0, 384, 5), (128, 0, 512, 3), (128, 0, 512, 3)],
    ];

    /// <summary>SigLIP's ViT-SO400M/14 for 224 pixels: 428 million parameters.</summary>
    public static ClipArchitecture So400m
    {
        get
        {
            Dictionary<string, long[]> shapes = new()
            {
                ["pos_embed"] = [1, Side * Side, So400mWidth],
                ["patch_embed.proj.weight"] = [So400mWidth, Colours, So400mPatch, So400mPatch],
                ["patch_embed.proj.bias"] = [So400mWidth],
                ["attn_pool.latent"] = [1, 1, So400mWidth],
            };
            AddNorm(shapes, "norm", So400mWidth);
            AddLinear(shapes, "attn_pool.q", So400mWidth, So400mWidth);
            AddLinear(shapes, "attn_pool.kv", So400mWidth, 2 * So400mWidth);
            AddLinear(shapes, "attn_pool.proj", So400mWidth, So400mWidth);
            AddNorm(shapes, "attn_pool.norm", So400mWidth);
            AddPerceptron(shapes, "attn_pool.mlp");
            foreach (string block in Enumerable.Range(0, So400mLayers).Select(layer => $"blocks.{layer}"))
            {
                AddNorm(shapes, $"{block}.norm1", So400mWidth);
                AddLinear(shapes, $"{block}.attn.qkv", So400mWidth, 3 * So400mWidth);
                AddLinear(shapes, $"{block}.attn.proj", So400mWidth, So400mWidth);
                AddNorm(shapes, $"{block}.norm2", So400mWidth);
                AddPerceptron(shapes, $"{block}.mlp");
            }

            return Of(TowerFamilies.Siglip, shapes, So400mWidth, So400mLayers, So400mPatch) with
            {
                VisionHeads = So400mWidth / HeadWidth,
                Tower = new TowerDescription
                {
                    Family = TowerFamilies.Siglip,
                    Activation = ClipActivation.TanhGelu,
                    Pooling = TokenPooling.Attention,
                },
            };
        }
    }

    /// <summary>MobileNetV4-conv-small for 224 pixels: 2.5 million parameters without its classifier.</summary>
    public static ClipArchitecture MobileNetSmall
    {
        get
        {
            Dictionary<string, long[]> shapes = [];
            AddConvolution(shapes, "conv_stem", "bn1", Colours, 32, 3);
            AddPlain(shapes, "blocks.0.0", 32, 32, 3);
            AddPlain(shapes, "blocks.0.1", 32, 32, 1);
            AddPlain(shapes, "blocks.1.0", 32, 96, 3);
            AddPlain(shapes, "blocks.1.1", 96, 64, 1);
            int width = 64;
            foreach ((int stage, (int Width, int Before, int Wide, int Within)[] blocks) in s_small.Index())
            {
                foreach ((int index, (int Width, int Before, int Wide, int Within) block) in blocks.Index())
                {
                    string name = string.Create(CultureInfo.InvariantCulture, $"blocks.{stage + 2}.{index}");
                    AddDepthwise(shapes, $"{name}.dw_start", width, block.Before);
                    AddConvolution(shapes, $"{name}.pw_exp.conv", $"{name}.pw_exp.bn", width, block.Wide, 1);
                    AddDepthwise(shapes, $"{name}.dw_mid", block.Wide, block.Within);
                    AddConvolution(shapes, $"{name}.pw_proj.conv", $"{name}.pw_proj.bn", block.Wide, block.Width, 1);
                    width = block.Width;
                }
            }

            AddPlain(shapes, "blocks.4.0", width, 960, 1);
            AddConvolution(shapes, "conv_head", "norm_head", 960, 1280, 1);
            return Of(TowerFamilies.MobileNetV4, shapes, 1280, layers: 17, patch: 32);
        }
    }

    private static ClipArchitecture Of(
        string family, Dictionary<string, long[]> shapes, int width, int layers, int patch) =>
        ClipArchitecture.VitB16 with
        {
            PatchSize = patch,
            VisionWidth = width,
            VisionLayers = layers,
            VisionHeads = 1,
            EmbeddingSize = width,
            Tower = new TowerDescription { Family = family },
            TowerShapes = new TensorShapes(shapes, family),
        };

    private static void AddPlain(Dictionary<string, long[]> shapes, string name, int inputs, int outputs, int kernel) =>
        AddConvolution(shapes, $"{name}.conv", $"{name}.bn1", inputs, outputs, kernel);

    private static void AddDepthwise(Dictionary<string, long[]> shapes, string name, int channels, int kernel)
    {
        if (kernel > 0)
        {
            AddConvolution(shapes, $"{name}.conv", $"{name}.bn", 1, channels, kernel);
        }
    }

    private static void AddConvolution(
        Dictionary<string, long[]> shapes, string name, string norm, int inputs, int outputs, int kernel)
    {
        shapes[$"{name}.weight"] = [outputs, inputs, kernel, kernel];
        foreach (string part in (string[])["weight", "bias", "running_mean", "running_var"])
        {
            shapes[$"{norm}.{part}"] = [outputs];
        }
    }

    private static void AddPerceptron(Dictionary<string, long[]> shapes, string name)
    {
        AddLinear(shapes, $"{name}.fc1", So400mWidth, So400mPerceptron);
        AddLinear(shapes, $"{name}.fc2", So400mPerceptron, So400mWidth);
    }

    private static void AddLinear(Dictionary<string, long[]> shapes, string name, int inputs, int outputs)
    {
        shapes[$"{name}.weight"] = [outputs, inputs];
        shapes[$"{name}.bias"] = [outputs];
    }

    private static void AddNorm(Dictionary<string, long[]> shapes, string name, int width) =>
        shapes[$"{name}.weight"] = shapes[$"{name}.bias"] = [width];
}
