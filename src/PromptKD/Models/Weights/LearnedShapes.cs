using System.Globalization;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;

namespace PromptKD.Models.Weights;

/// <summary>The shape of all that a method of CoOp's family learns, under the names of its checkpoints.</summary>
internal static class LearnedShapes
{
    /// <summary>Begins the names of the image tower and of its tokens.</summary>
    public const string ImagePrefix = "image_encoder.";

    /// <summary>Begins the names of the text tower and of its tokens.</summary>
    public const string TextPrefix = "text_encoder.";

    /// <summary>Begins the names of PromptKD's projector.</summary>
    public const string ProjectorPrefix = "VPT_image_trans.";

    /// <summary>Begins the names of MaPLe's deeper tokens.</summary>
    public const string DeepText = "compound_prompts_text.";

    private const string DeepProjection = "compound_prompt_projections.";

    /// <param name="sizes">Whose.</param>
    /// <param name="clip">Sizes of the CLIP that it is learned on.</param>
    /// <param name="learner">Begins the names of what makes the texts: <c>prompt_learner.</c>, or nothing.</param>
    public static OrderedDictionary<string, long[]> Of(LearnedSizes sizes, ClipArchitecture clip, string learner)
    {
        var shapes = new OrderedDictionary<string, long[]>();
        if (sizes.Method != "PromptKD")
        {
            shapes[$"{learner}ctx"] = sizes.ContextClasses is { } classes
                ? [classes, sizes.ContextLength, clip.TextWidth]
                : [sizes.ContextLength, clip.TextWidth];
        }

        switch (sizes.Method)
        {
            case "MaPLe":
                AddCoupled(shapes, sizes, clip, learner);
                return shapes;
            case "CoCoOp":
                AddMetaNetwork(shapes, clip, learner);
                return shapes;
        }

        AddTokens(shapes, ImagePrefix, $"{ImagePrefix}VPT", sizes.VisionDepth, [sizes.VisionLength, clip.VisionWidth]);
        AddTokens(shapes, TextPrefix, null, sizes.TextDepth, [sizes.ContextLength, clip.TextWidth]);
        if (sizes.Method == "PromptKD")
        {
            foreach ((string name, long[] shape) in ProjectorWeights.ShapesOf(
                clip.EmbeddingSize, sizes.TeacherEmbedding, Math.Max(1, sizes.ProjectorLayers)))
            {
                shapes[ProjectorPrefix + name] = shape;
            }
        }

        return shapes;
    }

    private static void AddCoupled(
        OrderedDictionary<string, long[]> shapes, LearnedSizes sizes, ClipArchitecture clip, string learner)
    {
        AddLinear("proj");
        for (int layer = 0; layer < sizes.VisionDepth - 1; layer++)
        {
            shapes[Numbered(learner + DeepText, layer)] = [sizes.ContextLength, clip.TextWidth];
            AddLinear(Numbered(DeepProjection, layer));
        }

        void AddLinear(string name)
        {
            shapes[$"{learner}{name}.weight"] = [clip.VisionWidth, clip.TextWidth];
            shapes[$"{learner}{name}.bias"] = [clip.VisionWidth];
        }
    }

    private static void AddMetaNetwork(OrderedDictionary<string, long[]> shapes, ClipArchitecture clip, string learner)
    {
        long narrow = clip.EmbeddingSize / MetaNetwork.Reduction;
        shapes[$"{learner}meta_net.linear1.weight"] = [narrow, clip.EmbeddingSize];
        shapes[$"{learner}meta_net.linear1.bias"] = [narrow];
        shapes[$"{learner}meta_net.linear2.weight"] = [clip.TextWidth, narrow];
        shapes[$"{learner}meta_net.linear2.bias"] = [clip.TextWidth];
    }

    private static void AddTokens(
        OrderedDictionary<string, long[]> shapes, string tower, string? first, int depth, long[] shape)
    {
        if (first is not null && depth > 0)
        {
            shapes[first] = shape;
        }

        for (int layer = 1; layer < depth; layer++)
        {
            shapes[Numbered($"{tower}transformer.resblocks.", layer, ".VPT_shallow")] = shape;
        }
    }

    private static string Numbered(string start, int number, string end = "") =>
        string.Create(CultureInfo.InvariantCulture, $"{start}{number}{end}");
}
