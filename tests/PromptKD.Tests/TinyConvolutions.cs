namespace PromptKD.Tests;

/// <summary>CLIPs whose pictures go through convolutions, as open_clip saves them: small, and random.</summary>
internal static class TinyConvolutions
{
    private const int Size = 64;
    private const int Embedding = 24;

    private static readonly double[] s_zeros = [0, 0, 0];
    private static readonly double[] s_ones = [1, 1, 1];

    /// <summary>A CLIP with a ConvNeXt, its texts in OpenAI's names.</summary>
    public static string ConvNeXt(string folder, ulong seed = 1)
    {
        const string Trunk = "visual.trunk.";
        int[] widths = [16, 24, 40];
        TinyTowers.Write(folder, "open_clip_config.json", new
        {
            model_cfg = new
            {
                embed_dim = Embedding,
                vision_cfg = new { image_size = Size, timm_model_name = "convnext_base", timm_pool = "", timm_proj = "linear" },
                text_cfg = Texts(unmasked: false),
            },
            preprocess_cfg = new { size = Size },
        });
        File.Copy(TinyClip.Vocabulary, Path.Combine(folder, "merges.txt"));
        Dictionary<string, long[]> shapes = new() { ["visual.head.proj.weight"] = [Embedding, widths[^1]] };
        AddKernel(shapes, Trunk + "stem.0", 3, widths[0], 4);
        AddNorm(shapes, Trunk + "stem.1", widths[0]);
        AddNorm(shapes, Trunk + "head.norm", widths[^1]);
        foreach ((int stage, int width) in widths.Index())
        {
            string block = $"{Trunk}stages.{stage}.blocks.0";
            if (stage > 0)
            {
                AddNorm(shapes, $"{Trunk}stages.{stage}.downsample.0", widths[stage - 1]);
                AddKernel(shapes, $"{Trunk}stages.{stage}.downsample.1", widths[stage - 1], width, 2);
            }

            AddKernel(shapes, $"{block}.conv_dw", 1, width, 7);
            AddNorm(shapes, $"{block}.norm", width);
            TinyTowers.AddLinear(shapes, $"{block}.mlp.fc1", width, 4 * width);
            TinyTowers.AddLinear(shapes, $"{block}.mlp.fc2", 4 * width, width);
            shapes[$"{block}.gamma"] = [width];
        }

        TinyTowers.AddClipTexts(shapes, "", Embedding);
        return TinyTowers.WriteWeights(folder, "open_clip_model.safetensors", shapes, seed);
    }

    /// <summary>MobileCLIP with folded branches, its texts without a mask.</summary>
    public static string MobileClip(string folder, ulong seed = 1)
    {
        const string Trunk = "visual.trunk.";
        int[] widths = [8, 16, 32, 64];
        TinyTowers.Write(folder, "open_clip_config.json", new
        {
            model_cfg = new
            {
                embed_dim = Embedding,
                vision_cfg = new { image_size = Size, timm_model_name = "fastvit_mci1", timm_pool = "avg" },
                text_cfg = Texts(unmasked: true),
                custom_text = true,
            },
            preprocess_cfg = new { size = Size, mean = s_zeros, std = s_ones, interpolation = "bilinear" },
        });
        File.Copy(TinyClip.Vocabulary, Path.Combine(folder, "merges.txt"));
        Dictionary<string, long[]> shapes = [];
        AddKernel(shapes, $"{Trunk}stem.0.reparam_conv", 3, widths[0], 3);
        AddKernel(shapes, $"{Trunk}stem.1.reparam_conv", 1, widths[0], 3);
        AddKernel(shapes, $"{Trunk}stem.2.reparam_conv", widths[0], widths[0], 1);
        foreach ((int stage, int width) in widths.Index())
        {
            string name = $"{Trunk}stages.{stage}";
            if (stage > 0)
            {
                AddKernel(shapes, $"{name}.downsample.proj.0.reparam_conv", 1, width, 7);
                AddKernel(shapes, $"{name}.downsample.proj.1.reparam_conv", width, width, 1);
            }

            if (stage == 3)
            {
                AddKernel(shapes, $"{name}.pos_emb.reparam_conv", 1, width, 7);
                AddAttention(shapes, $"{name}.blocks.0", width);
            }
            else
            {
                AddKernel(shapes, $"{name}.blocks.0.token_mixer.reparam_conv", 1, width, 3);
                shapes[$"{name}.blocks.0.layer_scale.gamma"] = [width, 1, 1];
            }

            AddPerceptron(shapes, $"{name}.blocks.0.mlp", width);
        }

        foreach (string squeezing in new[] { "stages.2.downsample.proj.0", "stages.3.downsample.proj.0", "final_conv" })
        {
            int width = squeezing == "final_conv" ? 2 * widths[^1] : widths[squeezing[7] - '0'];
            AddKernel(shapes, $"{Trunk}{squeezing}.se.fc1", width, 8, 1);
            AddKernel(shapes, $"{Trunk}{squeezing}.se.fc2", 8, width, 1);
        }

        AddKernel(shapes, $"{Trunk}final_conv.reparam_conv", 1, 2 * widths[^1], 3);
        TinyTowers.AddLinear(shapes, $"{Trunk}head.fc", 2 * widths[^1], Embedding);
        TinyTowers.AddClipTexts(shapes, "text.", Embedding);
        return TinyTowers.WriteWeights(folder, "open_clip_model.safetensors", shapes, seed);
    }

    private static object Texts(bool unmasked) =>
        new { context_length = 77, width = 64, heads = 1, layers = 2, no_causal_mask = unmasked };

    private static void AddAttention(Dictionary<string, long[]> shapes, string name, long width)
    {
        AddStatistics(shapes, $"{name}.norm", width);
        shapes[$"{name}.token_mixer.qkv.weight"] = [3 * width, width];
        TinyTowers.AddLinear(shapes, $"{name}.token_mixer.proj", width, width);
        shapes[$"{name}.layer_scale_1.gamma"] = shapes[$"{name}.layer_scale_2.gamma"] = [width, 1, 1];
    }

    private static void AddPerceptron(Dictionary<string, long[]> shapes, string name, long width)
    {
        shapes[$"{name}.conv.conv.weight"] = [width, 1, 7, 7];
        AddStatistics(shapes, $"{name}.conv.bn", width);
        AddKernel(shapes, $"{name}.fc1", width, 3 * width, 1);
        AddKernel(shapes, $"{name}.fc2", 3 * width, width, 1);
    }

    private static void AddKernel(Dictionary<string, long[]> shapes, string name, long inputs, long outputs, long side)
    {
        shapes[$"{name}.weight"] = [outputs, inputs, side, side];
        shapes[$"{name}.bias"] = [outputs];
    }

    private static void AddNorm(Dictionary<string, long[]> shapes, string name, long width) =>
        shapes[$"{name}.weight"] = shapes[$"{name}.bias"] = [width];

    private static void AddStatistics(Dictionary<string, long[]> shapes, string name, long width)
    {
        AddNorm(shapes, name, width);
        shapes[$"{name}.running_mean"] = shapes[$"{name}.running_var"] = [width];
    }
}
