using PromptKD.Models.Clip;
using PromptKD.Models.Towers;

namespace PromptKD.Models.Costs;

/// <summary>What transformers of other families cost, by the shapes of their tensors.</summary>
internal static class TokenTowerCost
{
    private const string Blocks = "blocks.";
    private const string Pooling = "attn_pool.";

    /// <summary>One picture.</summary>
    /// <param name="clip">With the shapes of its tensors.</param>
    /// <param name="prompts">Learned tokens in the sequence.</param>
    public static Operations Of(ClipArchitecture clip, int prompts)
    {
        TensorShapes shapes = clip.TowerShapes!;
        long patches = clip.Patches;
        long width = clip.VisionWidth;
        long tokens = InFront(shapes) + patches + prompts;
        var sum = new Operations(0, 2 * tokens * tokens * width * clip.VisionLayers);
        foreach ((string name, long[] shape) in shapes.All)
        {
            long values = shape.Aggregate(1L, (product, size) => product * size);
            sum += (name, shape.Length) switch
            {
                ("patch_embed.proj.weight", _) => new Operations(patches * values),
                (_, 2) when name.StartsWith(Blocks, StringComparison.Ordinal) => new Operations(tokens * values),
                (Pooling + "kv.weight", _) => new Operations(patches * values, 2 * patches * width),
                (_, 2) => new Operations(values),
                (_, 1) when IsNorm(name) => new Operations(0, Normalised: IsOfTokens(name) ? tokens * values : values),
                _ => default,
            };
        }

        return sum;
    }

    private static long InFront(TensorShapes shapes) =>
        (shapes.Has("cls_token") ? 1 : 0)
            + (shapes.Has("dist_token") ? 1 : 0) + (shapes.Has("reg_token") ? shapes.Of("reg_token", 3)[1] : 0);

    private static bool IsNorm(string name) =>
        name.EndsWith(".weight", StringComparison.Ordinal) && name.Contains("norm", StringComparison.Ordinal);

    private static bool IsOfTokens(string name) =>
        name.StartsWith(Blocks, StringComparison.Ordinal) || name.StartsWith("norm", StringComparison.Ordinal);
}
