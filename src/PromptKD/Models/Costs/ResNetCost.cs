using PromptKD.Models.Clip;

namespace PromptKD.Models.Costs;

/// <summary>One picture through CLIP's ResNet.</summary>
internal static class ResNetCost
{
    /// <param name="clip">Its sizes.</param>
    /// <param name="stages">Its stages.</param>
    public static Operations Of(ClipArchitecture clip, ResNetStages stages)
    {
        long stem = clip.StemWidth;
        long side = clip.ImageSize / 2;
        long all = side * side * 9 * ((3 * stem / 2) + (stem / 2 * stem / 2) + (stem / 2 * stem));
        side /= 2;
        long inputs = stem;
        foreach ((int stage, int blocks) in stages.ToList().Index())
        {
            long inner = stem << stage;
            long outputs = BottleneckBlock.Expansion * inner;
            for (int block = 0; block < blocks; block++)
            {
                bool shrinks = block == 0 && stage > 0;
                long before = side * side;
                side = shrinks ? side / 2 : side;

                // The first two convolutions see the larger map: the average comes behind them.
                all += (before * ((inputs * inner) + (9 * inner * inner))) + (side * side * inner * outputs);
                all += block == 0 ? side * side * inputs * outputs : 0;
                inputs = outputs;
            }
        }

        return new Operations(all) + OfPool(clip);
    }

    // CLIP's own code lets every place ask; only the mean's answer is read.
    private static Operations OfPool(ClipArchitecture clip)
    {
        long width = clip.VisionWidth, tokens = clip.Patches + 1L;
        return new Operations(
            tokens * width * ((3 * width) + clip.EmbeddingSize), Attended: 2 * tokens * tokens * width);
    }
}
