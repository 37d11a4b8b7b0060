using System.Text.Json;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Text;

namespace PromptKD.Tests;

/// <summary>Models of other families in the formats they are published in: small, and random.</summary>
internal static class TinyTowers
{
    private const int Width = 64;
    private const int Layers = 2;
    private const int Patch = 8;
    private const int Side = 4;
    private const int Size = Patch * Side;

    private static readonly double[] s_mean = [0.485, 0.456, 0.406];
    private static readonly double[] s_deviation = [0.229, 0.224, 0.225];
    private static readonly double[] s_halves = [0.5, 0.5, 0.5];
    private static readonly int[] s_inputSize = [3, Size, Size];

    /// <summary>SigLIP 2 as transformers saves it, with a tokenizer of letters and bytes.</summary>
    public static string Siglip(string folder, ulong seed = 1)
    {
        string[] tokens =
        [
            "<pad>", "<eos>", "<bos>", "<unk>", .. Enumerable.Range(0, 256).Select(one => $"<0x{one:X2}>"),
            .. Enumerable.Range('a', 26).Select(letter => $"{(char)letter}"), "▁", "ph", "ot", "▁a",
        ];
        string[][] merges = [["p", "h"], ["o", "t"], ["▁", "a"]];
        Write(folder, "tokenizer.json", new
        {
            added_tokens = tokens[..4].Select((content, id) => new { id, content }),
            model = new
            {
                type = "BPE",
                byte_fallback = true,
                vocab = tokens.Index().ToDictionary(one => one.Item, one => one.Index),
                merges,
            },
        });
        var tower = new { hidden_size = Width, num_hidden_layers = Layers, num_attention_heads = 4, patch_size = Patch, image_size = Size };
        Write(folder, "config.json", new { model_type = "siglip", vision_config = tower, text_config = tower });
        Dictionary<string, long[]> shapes = new()
        {
            ["logit_scale"] = [1],
            ["logit_bias"] = [1],
            ["vision_model.embeddings.patch_embedding.weight"] = [Width, 3, Patch, Patch],
            ["vision_model.embeddings.patch_embedding.bias"] = [Width],
            ["vision_model.embeddings.position_embedding.weight"] = [Side * Side, Width],
            ["vision_model.head.probe"] = [1, 1, Width],
            ["vision_model.head.attention.in_proj_weight"] = [3 * Width, Width],
            ["vision_model.head.attention.in_proj_bias"] = [3 * Width],
            ["text_model.embeddings.token_embedding.weight"] = [tokens.Length, Width],
            ["text_model.embeddings.position_embedding.weight"] = [64, Width],
        };
        AddLinear(shapes, "vision_model.head.attention.out_proj", Width, Width);
        AddPerceptron(shapes, "vision_model.head.mlp");
        AddLinear(shapes, "text_model.head", Width, Width);
        AddNorms(shapes, "vision_model.post_layernorm", "vision_model.head.layernorm", "text_model.final_layer_norm");
        foreach (string block in Blocks("vision_model.encoder.layers").Concat(Blocks("text_model.encoder.layers")))
        {
            foreach (string part in new[] { "q_proj", "k_proj", "v_proj", "out_proj" })
            {
                AddLinear(shapes, $"{block}.self_attn.{part}", Width, Width);
            }

            AddPerceptron(shapes, $"{block}.mlp");
            AddNorms(shapes, $"{block}.layer_norm1", $"{block}.layer_norm2");
        }

        return WriteWeights(folder, "model.safetensors", shapes, seed);
    }

    /// <summary>EVA-02-CLIP as open_clip saves it, with the demo's vocabulary.</summary>
    public static string Eva(string folder, ulong seed = 1)
    {
        Write(folder, "open_clip_config.json", new
        {
            model_cfg = new
            {
                embed_dim = 32,
                vision_cfg = new { image_size = Size, timm_model_name = "eva02_base_patch16_clip_224", timm_pool = "token" },
                text_cfg = new { context_length = 77, width = Width, heads = 1, layers = Layers },
                custom_text = true,
            },
            preprocess_cfg = new { size = Size },
        });
        File.Copy(TinyClip.Vocabulary, Path.Combine(folder, "merges.txt"));
        const string Trunk = "visual.trunk.";
        Dictionary<string, long[]> shapes = new()
        {
            [Trunk + "cls_token"] = [1, 1, Width],
            [Trunk + "pos_embed"] = [1, 1 + (Side * Side), Width],
            [Trunk + "patch_embed.proj.weight"] = [Width, 3, Patch, Patch],
            [Trunk + "patch_embed.proj.bias"] = [Width],
        };
        AddLinear(shapes, Trunk + "head", Width, 32);
        AddNorms(shapes, Trunk + "norm");
        foreach (string block in Blocks(Trunk + "blocks"))
        {
            AddNorms(shapes, $"{block}.norm1", $"{block}.norm2", $"{block}.attn.norm");
            foreach (string part in new[] { "q_proj", "v_proj", "proj" })
            {
                AddLinear(shapes, $"{block}.attn.{part}", Width, Width);
            }

            shapes[$"{block}.attn.k_proj.weight"] = [Width, Width];
            AddLinear(shapes, $"{block}.mlp.fc1_g", Width, 96);
            AddLinear(shapes, $"{block}.mlp.fc1_x", Width, 96);
            AddLinear(shapes, $"{block}.mlp.fc2", 96, Width);
            shapes[$"{block}.mlp.norm.weight"] = shapes[$"{block}.mlp.norm.bias"] = [96];
        }

        AddClipTexts(shapes, "text.", 32);
        return WriteWeights(folder, "open_clip_model.safetensors", shapes, seed);
    }

    /// <summary>DINOv2 as transformers saves it.</summary>
    public static string Dinov2(string folder, ulong seed = 1)
    {
        Write(
            folder,
            "config.json",
            new { model_type = "dinov2", hidden_size = Width, num_attention_heads = 2, patch_size = Patch });
        Write(folder, "preprocessor_config.json", new
        {
            image_processor_type = "BitImageProcessor",
            size = new { shortest_edge = 40 },
            crop_size = new { height = Size, width = Size },
            resample = 3,
            image_mean = s_mean,
            image_std = s_deviation,
        });
        Dictionary<string, long[]> shapes = new()
        {
            ["embeddings.cls_token"] = [1, 1, Width],
            ["embeddings.mask_token"] = [1, Width],
            ["embeddings.position_embeddings"] = [1, 1 + 25, Width],
            ["embeddings.patch_embeddings.projection.weight"] = [Width, 3, Patch, Patch],
            ["embeddings.patch_embeddings.projection.bias"] = [Width],
        };
        AddNorms(shapes, "layernorm");
        foreach (string block in Blocks("encoder.layer"))
        {
            AddNorms(shapes, $"{block}.norm1", $"{block}.norm2");
            foreach (string part in new[] { "attention.query", "attention.key", "attention.value", "output.dense" })
            {
                AddLinear(shapes, $"{block}.attention.{part}", Width, Width);
            }

            AddPerceptron(shapes, $"{block}.mlp");
            shapes[$"{block}.layer_scale1.lambda1"] = shapes[$"{block}.layer_scale2.lambda1"] = [Width];
        }

        return WriteWeights(folder, "model.safetensors", shapes, seed);
    }

    /// <summary>MobileNetV4 as timm saves it, with a classifier that is to be left out.</summary>
    public static string MobileNetV4(string folder, ulong seed = 1)
    {
        Write(folder, "config.json", new
        {
            architecture = "mobilenetv4_conv_small",
            pretrained_cfg = new
            {
                input_size = s_inputSize,
                crop_pct = 0.875,
                interpolation = "bicubic",
                mean = s_halves,
                std = s_halves,
            },
        });
        Dictionary<string, long[]> shapes = [];
        AddConvolution(shapes, "conv_stem", "bn1", 3, 8, 3);
        AddConvolution(shapes, "blocks.0.0.conv", "blocks.0.0.bn1", 8, 8, 3);
        AddConvolution(shapes, "blocks.0.1.conv", "blocks.0.1.bn1", 8, 8, 1);
        foreach ((string block, int inputs) in new[] { ("blocks.1.0", 8), ("blocks.1.1", 16) })
        {
            AddConvolution(shapes, $"{block}.dw_start.conv", $"{block}.dw_start.bn", 1, inputs, 5);
            AddConvolution(shapes, $"{block}.pw_exp.conv", $"{block}.pw_exp.bn", inputs, 32, 1);
            AddConvolution(shapes, $"{block}.dw_mid.conv", $"{block}.dw_mid.bn", 1, 32, 3);
            AddConvolution(shapes, $"{block}.pw_proj.conv", $"{block}.pw_proj.bn", 32, 16, 1);
        }

        AddConvolution(shapes, "blocks.2.0.conv", "blocks.2.0.bn1", 16, 24, 1);
        AddConvolution(shapes, "conv_head", "norm_head", 24, 40, 1);
        AddLinear(shapes, "classifier", 40, 7);
        return WriteWeights(folder, "model.safetensors", shapes, seed);
    }

    /// <summary>Tensors of a CLIP's text tower for the demo's vocabulary, and its scale.</summary>
    public static void AddClipTexts(Dictionary<string, long[]> shapes, string prefix, int embedding)
    {
        foreach ((string name, long[] shape) in ClipParameters.ShapesOf(TinyClip.Architecture with
        {
            EmbeddingSize = embedding,
            ContextLength = 77,
            VocabularySize = ClipTokenizer.Load(TinyClip.Vocabulary).VocabularySize,
        }).Where(one => !one.Key.StartsWith("visual.", StringComparison.Ordinal)))
        {
            shapes[name == "logit_scale" ? name : prefix + name] = shape;
        }
    }

    public static IEnumerable<string> Blocks(string name) =>
        Enumerable.Range(0, Layers).Select(layer => $"{name}.{layer}");

    public static void AddLinear(Dictionary<string, long[]> shapes, string name, long inputs, long outputs)
    {
        shapes[$"{name}.weight"] = [outputs, inputs];
        shapes[$"{name}.bias"] = [outputs];
    }

    private static void AddPerceptron(Dictionary<string, long[]> shapes, string name)
    {
        AddLinear(shapes, $"{name}.fc1", Width, 96);
        AddLinear(shapes, $"{name}.fc2", 96, Width);
    }

    public static void AddNorms(Dictionary<string, long[]> shapes, params string[] names)
    {
        foreach (string name in names)
        {
            shapes[$"{name}.weight"] = shapes[$"{name}.bias"] = [Width];
        }
    }

    private static void AddConvolution(
        Dictionary<string, long[]> shapes, string name, string norm, long inputs, long outputs, long kernel)
    {
        shapes[$"{name}.weight"] = [outputs, inputs, kernel, kernel];
        foreach (string part in new[] { "weight", "bias", "running_mean", "running_var" })
        {
            shapes[$"{norm}.{part}"] = [outputs];
        }
    }

    public static void Write(string folder, string name, object json)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, name), JsonSerializer.Serialize(json));
    }

    // Normalisations and variances lie around 1, a scale around that of CLIP.
    public static string WriteWeights(string folder, string name, Dictionary<string, long[]> shapes, ulong seed)
    {
        const double Deviation = 0.15;
        using DisposeScope scope = NewDisposeScope();
        SafetensorsFile.Write(
            Path.Combine(folder, name),
            [.. shapes.Select(one => KeyValuePair.Create(one.Key, Values(one.Key, one.Value)))]);
        return folder;

        Tensor Values(string tensor, long[] shape)
        {
            Tensor noise = TinyClip.Random(seed++, shape).TimesInPlace(Deviation);
            bool isAroundOne = tensor.EndsWith("running_var", StringComparison.Ordinal)
                || (shape.Length == 1 && tensor.EndsWith(".weight", StringComparison.Ordinal))
                || tensor.Contains("layer_scale", StringComparison.Ordinal);
            return isAroundOne ? noise.abs().Minus(-1) : tensor == "logit_scale" ? noise.Minus(-3) : noise;
        }
    }
}
