using PromptKD.Models.Clip;
using PromptKD.Models.Towers;

namespace PromptKD.Models.Costs;

/// <summary>
/// What towers cost as their papers define them: every token of every layer, each text at its full length. This program
/// leaves out what nobody reads of CLIP's own (docs/performance.md), so it computes less.
/// </summary>
internal static class TowerCosts
{
    // Queries, keys, values and output of attention, and twice four times the width of the perceptron.
    private const int SquaresOfLayer = 12;

    /// <summary>One picture through the image tower.</summary>
    /// <param name="clip">Its sizes.</param>
    /// <param name="prompts">Learned tokens in the sequence. Deeper ones take their places, and cost no more.</param>
    public static Operations OfPicture(ClipArchitecture clip, int prompts = 0)
    {
        if (clip.Tower is not null)
        {
            return clip.HasTokens ? TokenTowerCost.Of(clip, prompts) : MapTowerCost.Of(clip);
        }

        if (clip.Stages is { } stages)
        {
            return ResNetCost.Of(clip, stages);
        }

        long width = clip.VisionWidth;
        long patches = 3L * clip.PatchSize * clip.PatchSize * width * clip.Patches;
        return new Operations(patches + (width * clip.EmbeddingSize), Normalised: width)
            + OfTransformer(1 + clip.Patches + prompts, width, clip.VisionLayers);
    }

    /// <summary>One sentence through the text tower. Learned tokens take the places of words.</summary>
    public static Operations OfText(ClipArchitecture clip) => clip.TextShapes is { } shapes
        ? OfShapes(clip, shapes)
        : new Operations((long)clip.TextWidth * clip.EmbeddingSize)
            + OfTransformer(clip.ContextLength, clip.TextWidth, clip.TextLayers);

    // Of a tower whose perceptrons have widths of their own: each matrix of a layer meets each token, that of the head
    // one.
    private static Operations OfShapes(ClipArchitecture clip, TensorShapes shapes)
    {
        long tokens = clip.ContextLength, width = clip.TextWidth, layers = clip.TextLayers;
        long matrices = shapes.All
            .Where(one => one.Value.Length == 2 && one.Key.StartsWith("blocks.", StringComparison.Ordinal))
            .Sum(one => one.Value[0] * one.Value[1]);
        return new Operations(
            (tokens * matrices) + (width * clip.EmbeddingSize),
            2 * tokens * tokens * width * layers,
            ((2 * layers) + 1) * tokens * width);
    }

    // With one normalisation outside of the layers: before them in an image tower, behind them in a text tower.
    private static Operations OfTransformer(long tokens, long width, long layers) => new(
        SquaresOfLayer * width * width * tokens * layers,
        2 * tokens * tokens * width * layers,
        ((2 * layers) + 1) * tokens * width);
}
