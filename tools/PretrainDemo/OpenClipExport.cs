using System.Text.Json;
using PromptKD.Models.Clip;
using PromptKD.Models.Weights;
using PromptKD.Runtime;

namespace PretrainDemo;

/// <summary>Writes a model as open_clip does: a configuration, and the weights under OpenAI's names.</summary>
internal static class OpenClipExport
{
    private static readonly JsonSerializerOptions s_format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>Writes <c>open_clip_config.json</c> and <c>open_clip_model.safetensors</c>.</summary>
    /// <param name="folder">Where to; made if there is none.</param>
    /// <param name="model">Written in 16 bits.</param>
    /// <exception cref="PromptKD.PromptKDException">The folder is not writable, or the disk is full.</exception>
    public static void Write(string folder, ContrastiveModel model)
    {
        using DisposeScope scope = NewDisposeScope();
        KeyValuePair<string, Tensor>[] weights =
        [
            .. model.Parameters.Select(one =>
                KeyValuePair.Create(one.Name, one.Value.detach().to(ScalarType.Float16))),
        ];
        SafetensorsFile.Write(Path.Combine(folder, "open_clip_model.safetensors"), weights);
        WholeFile.WriteText(Path.Combine(folder, "open_clip_config.json"), Configuration(model.Architecture));
    }

    private static string Configuration(ClipArchitecture architecture)
    {
        var configuration = new
        {
            ModelCfg = new
            {
                EmbedDim = architecture.EmbeddingSize,
                QuickGelu = architecture.Activation == ClipActivation.QuickGelu,
                VisionCfg = new
                {
                    architecture.ImageSize,
                    Layers = architecture.VisionLayers,
                    Width = architecture.VisionWidth,
                    architecture.PatchSize,
                    HeadWidth = architecture.VisionWidth / architecture.VisionHeads,
                },
                TextCfg = new
                {
                    architecture.ContextLength,
                    VocabSize = architecture.VocabularySize,
                    Width = architecture.TextWidth,
                    Heads = architecture.TextHeads,
                    Layers = architecture.TextLayers,
                },
            },
            PreprocessCfg = new
            {
                PixelNormalisation.Clip.Mean,
                Std = PixelNormalisation.Clip.Deviation,
                Interpolation = "bicubic",
                ResizeMode = "shortest",
            },
        };
        return JsonSerializer.Serialize(configuration, s_format) + "\n";
    }
}
