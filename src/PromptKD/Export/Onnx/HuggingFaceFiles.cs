using System.Text.Json.Nodes;
using PromptKD.Data.Decoding;
using PromptKD.Models.Clip;
using PromptKD.Runtime;

namespace PromptKD.Export.Onnx;

/// <summary>
/// What lies beside a CLIP's graphs for other programs: sizes and preparation, under transformers' names.
/// </summary>
internal static class HuggingFaceFiles
{
    private const int PillowBilinear = 2;
    private const int PillowBicubic = 3;

    /// <summary>Refuses a preparation that the file cannot say.</summary>
    /// <param name="source">The model.</param>
    /// <param name="preprocessing">Its preparation.</param>
    /// <exception cref="PromptKDException">It frames pictures in the mean colour.</exception>
    public static void Check(string source, Preprocessing preprocessing)
    {
        if (preprocessing.ResizeMode == ResizeMode.Border)
        {
            throw new PromptKDException(
                $"{source}: its pictures are filled up with their mean colour, which preprocessor_config.json cannot "
                + "say. Export the student that learned from it.");
        }
    }

    /// <summary>Writes the files.</summary>
    /// <param name="folder">Receives them.</param>
    /// <param name="architecture">Of the CLIP.</param>
    /// <param name="logitScale">Natural logarithm of what cosines are multiplied by.</param>
    /// <param name="preprocessing">How pictures are prepared.</param>
    /// <returns>Their names.</returns>
    public static IReadOnlyList<string> Write(
        string folder, ClipArchitecture architecture, double logitScale, Preprocessing preprocessing)
    {
        string[] names = ["config.json", "preprocessor_config.json"];
        WriteJson(folder, names[0], Config(architecture, logitScale));
        WriteJson(folder, names[1], Preparation(preprocessing));
        return names;
    }

    private static JsonObject Config(ClipArchitecture architecture, double logitScale)
    {
        var config = new JsonObject
        {
            ["model_type"] = architecture.Text?.Family == "siglip" ? "siglip" : "clip",
            ["projection_dim"] = architecture.EmbeddingSize,
            ["logit_scale_init_value"] = logitScale,
            ["vision_config"] = new JsonObject
            {
                ["image_size"] = architecture.ImageSize,
                ["patch_size"] = architecture.PatchSize,
                ["hidden_size"] = architecture.VisionWidth,
                ["num_hidden_layers"] = architecture.VisionLayers,
                ["num_attention_heads"] = architecture.VisionHeads,
                ["projection_dim"] = architecture.EmbeddingSize,
            },
        };
        if (architecture.TextWidth > 0)
        {
            config["text_config"] = new JsonObject
            {
                ["hidden_size"] = architecture.TextWidth,
                ["num_hidden_layers"] = architecture.TextLayers,
                ["num_attention_heads"] = architecture.TextHeads,
                ["max_position_embeddings"] = architecture.ContextLength,
                ["vocab_size"] = architecture.VocabularySize,
                ["projection_dim"] = architecture.EmbeddingSize,
            };
        }

        return config;
    }

    private static JsonObject Preparation(Preprocessing preprocessing)
    {
        int side = preprocessing.ResizeSize ?? preprocessing.Size;
        bool cuts = preprocessing.ResizeMode == ResizeMode.Shortest || preprocessing.ResizeSize is not null;
        var said = new JsonObject
        {
            ["image_processor_type"] = "CLIPImageProcessor",
            ["do_convert_rgb"] = true,
            ["do_resize"] = true,
            ["size"] = preprocessing.ResizeMode switch
            {
                ResizeMode.Shortest => new JsonObject { ["shortest_edge"] = side },
                ResizeMode.Longest => new JsonObject { ["longest_edge"] = side },
                _ => Square(side),
            },
            ["resample"] = preprocessing.Interpolation == Interpolation.Bilinear ? PillowBilinear : PillowBicubic,
            ["do_center_crop"] = cuts,
            ["do_rescale"] = true,
            ["rescale_factor"] = 1 / 255.0,
            ["do_normalize"] = true,
            ["image_mean"] = Colours(preprocessing.Mean),
            ["image_std"] = Colours(preprocessing.Std),
        };
        if (cuts)
        {
            said["crop_size"] = Square(preprocessing.Size);
        }

        return said;
    }

    private static JsonObject Square(int side) => new() { ["height"] = side, ["width"] = side };

    private static JsonArray Colours(Rgb colours) => [colours.Red, colours.Green, colours.Blue];

    private static void WriteJson(string folder, string name, JsonObject json) =>
        WholeFile.WriteText(
            Path.Combine(folder, name), json.ToJsonString(new() { WriteIndented = true, NewLine = "\n" }) + "\n");
}
