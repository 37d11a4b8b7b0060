using PromptKD.Models.Clip;

namespace PromptKD.Models.Weights;

/// <summary>Every parameter that a CLIP of some architecture has, and the check that a file has them.</summary>
internal static class ClipParameters
{
    /// <summary>Shape of each parameter, under OpenAI's names and in OpenAI's order.</summary>
    public static OrderedDictionary<string, long[]> ShapesOf(ClipArchitecture clip)
    {
        var shapes = new OrderedDictionary<string, long[]>();
        bool hasClipsText = clip is { Text: null, TextWidth: > 0 };
        if (hasClipsText)
        {
            shapes["positional_embedding"] = [clip.ContextLength, clip.TextWidth];
            shapes["text_projection"] = [clip.TextWidth, clip.EmbeddingSize];
        }

        shapes["logit_scale"] = [];
        if (clip.Tower is not null)
        {
            foreach ((string name, long[] shape) in clip.TowerShapes?.All ?? [])
            {
                shapes["visual." + name] = shape;
            }
        }
        else if (clip.Stages is null)
        {
            AddVisionTransformer(shapes, clip);
        }
        else
        {
            ResNetParameters.Add(shapes, clip, clip.Stages);
        }

        foreach ((string name, long[] shape) in clip.TextShapes?.All ?? [])
        {
            shapes["text." + name] = shape;
        }

        if (hasClipsText)
        {
            AddTransformer(shapes, "transformer", clip.TextLayers, clip.TextWidth);
            shapes["token_embedding.weight"] = [clip.VocabularySize, clip.TextWidth];
            AddNorm(shapes, "ln_final", clip.TextWidth);
        }

        return shapes;
    }

    /// <summary>Checks that a file holds exactly the parameters of this architecture.</summary>
    /// <exception cref="PromptKDException">One is missing, of another shape, or too many.</exception>
    public static void Check(string source, IReadOnlyDictionary<string, TensorEntry> tensors, ClipArchitecture clip)
    {
        OrderedDictionary<string, long[]> expected = ShapesOf(clip);
        string[] missing = [.. expected.Keys.Where(name => !tensors.ContainsKey(name))];
        if (missing.Length > 0)
        {
            throw new PromptKDException(
                $"{source}: no tensor '{missing[0]}' {ShapeText.Of(expected[missing[0]])}, which {clip.Name} "
                + $"needs ({missing.Length} of {expected.Count} missing). Is this a complete CLIP checkpoint?");
        }

        CheckShapes(source, tensors, clip);
        if (tensors.Keys.FirstOrDefault(name => !expected.ContainsKey(name)) is { } unknown)
        {
            throw new PromptKDException(
                $"{source}: the tensor '{unknown}' has no place in {clip.Name}. "
                + "Only CLIP's own architecture is supported.");
        }
    }

    /// <summary>As <see cref="Check"/>, of the text tower alone.</summary>
    /// <exception cref="PromptKDException">As there.</exception>
    public static void CheckText(string source, IReadOnlyDictionary<string, TensorEntry> tensors, ClipArchitecture clip)
    {
        OrderedDictionary<string, long[]> expected = ShapesOf(clip);
        foreach ((string name, long[] shape) in expected
            .Where(one => !one.Key.StartsWith("visual.", StringComparison.Ordinal)))
        {
            if (!tensors.TryGetValue(name, out TensorEntry? tensor) || !tensor.Shape.SequenceEqual(shape))
            {
                throw new PromptKDException(
                    $"{source}: '{name}' is {(tensor is null ? "missing" : ShapeText.Of(tensor.Shape))}, but its text "
                    + $"tower of {clip.TextLayers} layers needs {ShapeText.Of(shape)}. Is the checkpoint complete?");
            }
        }

        if (tensors.Keys.FirstOrDefault(name => !expected.ContainsKey(name)) is { } unknown)
        {
            throw new PromptKDException($"{source}: the tensor '{unknown}' has no place in CLIP's text tower.");
        }
    }

    private static void CheckShapes(
        string source, IReadOnlyDictionary<string, TensorEntry> tensors, ClipArchitecture clip)
    {
        foreach ((string name, long[] shape) in ShapesOf(clip))
        {
            if (tensors.TryGetValue(name, out TensorEntry? tensor) && !tensor.Shape.SequenceEqual(shape))
            {
                throw new PromptKDException(
                    $"{source}: '{name}' is {ShapeText.Of(tensor.Shape)} but {clip.Name} needs "
                    + $"{ShapeText.Of(shape)}. Do all its tensors come from one model?");
            }
        }
    }

    private static void AddVisionTransformer(OrderedDictionary<string, long[]> shapes, ClipArchitecture clip)
    {
        shapes["visual.class_embedding"] = [clip.VisionWidth];
        shapes["visual.positional_embedding"] = [clip.Patches + 1, clip.VisionWidth];
        shapes["visual.proj"] = [clip.VisionWidth, clip.EmbeddingSize];
        shapes["visual.conv1.weight"] = [clip.VisionWidth, 3, clip.PatchSize, clip.PatchSize];
        AddNorm(shapes, "visual.ln_pre", clip.VisionWidth);
        AddTransformer(shapes, "visual.transformer", clip.VisionLayers, clip.VisionWidth);
        AddNorm(shapes, "visual.ln_post", clip.VisionWidth);
    }

    private static void AddTransformer(OrderedDictionary<string, long[]> shapes, string name, int layers, long width)
    {
        for (int layer = 0; layer < layers; layer++)
        {
            string block = $"{name}.resblocks.{layer}";
            shapes[$"{block}.attn.in_proj_weight"] = [3 * width, width];
            shapes[$"{block}.attn.in_proj_bias"] = [3 * width];
            shapes[$"{block}.attn.out_proj.weight"] = [width, width];
            shapes[$"{block}.attn.out_proj.bias"] = [width];
            AddNorm(shapes, $"{block}.ln_1", width);
            shapes[$"{block}.mlp.c_fc.weight"] = [4 * width, width];
            shapes[$"{block}.mlp.c_fc.bias"] = [4 * width];
            shapes[$"{block}.mlp.c_proj.weight"] = [width, 4 * width];
            shapes[$"{block}.mlp.c_proj.bias"] = [width];
            AddNorm(shapes, $"{block}.ln_2", width);
        }
    }

    private static void AddNorm(OrderedDictionary<string, long[]> shapes, string name, long width)
    {
        shapes[$"{name}.weight"] = [width];
        shapes[$"{name}.bias"] = [width];
    }
}
