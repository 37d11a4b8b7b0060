using PromptKD.Models.Clip;

namespace PromptKD.Models.Weights;

/// <summary>Every parameter of CLIP's ResNet, and the statistics of its normalisations.</summary>
internal static class ResNetParameters
{
    /// <summary>Adds the shape of each, under OpenAI's names and in OpenAI's order.</summary>
    /// <param name="shapes">The list to add to.</param>
    /// <param name="clip">Sizes of the ResNet.</param>
    /// <param name="stages">Its stages.</param>
    public static void Add(OrderedDictionary<string, long[]> shapes, ClipArchitecture clip, ResNetStages stages)
    {
        long width = clip.StemWidth;
        AddConvolution(shapes, "visual.", 1, [width / 2, 3, 3, 3]);
        AddConvolution(shapes, "visual.", 2, [width / 2, width / 2, 3, 3]);
        AddConvolution(shapes, "visual.", 3, [width, width / 2, 3, 3]);
        long inputs = width;
        foreach ((int stage, int blocks) in stages.ToList().Index())
        {
            long inner = width << stage;
            for (int block = 0; block < blocks; block++)
            {
                AddBlock(shapes, $"visual.layer{stage + 1}.{block}.", inputs, inner, shortcut: block == 0);
                inputs = BottleneckBlock.Expansion * inner;
            }
        }

        AddAttentionPool(shapes, clip);
    }

    private static void AddBlock(
        OrderedDictionary<string, long[]> shapes, string block, long inputs, long inner, bool shortcut)
    {
        long outputs = BottleneckBlock.Expansion * inner;
        AddConvolution(shapes, block, 1, [inner, inputs, 1, 1]);
        AddConvolution(shapes, block, 2, [inner, inner, 3, 3]);
        AddConvolution(shapes, block, 3, [outputs, inner, 1, 1]);
        if (shortcut)
        {
            shapes[$"{block}downsample.0.weight"] = [outputs, inputs, 1, 1];
            AddNorm(shapes, $"{block}downsample.1", outputs);
        }
    }

    private static void AddAttentionPool(OrderedDictionary<string, long[]> shapes, ClipArchitecture clip)
    {
        long width = clip.VisionWidth;
        shapes["visual.attnpool.positional_embedding"] = [clip.Patches + 1, width];
        foreach (string projection in new[] { "k_proj", "q_proj", "v_proj" })
        {
            shapes[$"visual.attnpool.{projection}.weight"] = [width, width];
            shapes[$"visual.attnpool.{projection}.bias"] = [width];
        }

        shapes["visual.attnpool.c_proj.weight"] = [clip.EmbeddingSize, width];
        shapes["visual.attnpool.c_proj.bias"] = [clip.EmbeddingSize];
    }

    private static void AddConvolution(
        OrderedDictionary<string, long[]> shapes, string prefix, int number, long[] shape)
    {
        shapes[$"{prefix}conv{number}.weight"] = shape;
        AddNorm(shapes, $"{prefix}bn{number}", shape[0]);
    }

    private static void AddNorm(OrderedDictionary<string, long[]> shapes, string name, long channels)
    {
        foreach (string value in new[] { "weight", "bias", "running_mean", "running_var" })
        {
            shapes[$"{name}.{value}"] = [channels];
        }
    }
}
