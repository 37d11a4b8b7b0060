using PromptKD.Models.Clip;
using PromptKD.Models.Towers;
using PromptKD.Models.Towers.FastVit;
using PromptKD.Models.Towers.MobileNet;
using PromptKD.Models.Towers.Texts;
using PromptKD.Models.Towers.Tokens;
using static TorchSharp.torch.nn;

namespace PromptKD.Models.Weights.Families;

/// <summary>The sizes of towers, read off their tensors, and the check that each tensor has a place in them.</summary>
internal static class TowerSizes
{
    /// <summary>Stands before the names of an image tower.</summary>
    public const string VisualPrefix = "visual.";

    private const int UsualSize = 224;
    private const int Reduction = 32;

    /// <summary>An image tower alone.</summary>
    /// <param name="source">What its tensors belong to, for messages.</param>
    /// <param name="trunk">Under the tower's own names.</param>
    /// <param name="description">What the tensors do not show.</param>
    /// <param name="heads">Attention heads of each layer, for a transformer, by the width of its tokens.</param>
    /// <param name="imageSize">Side of its pictures, pixels; null for that of its table of positions, or 224.</param>
    /// <exception cref="PromptKDException">A tensor is missing, misshapen, or has no place.</exception>
    public static ClipArchitecture OfTower(
        string source,
        IReadOnlyDictionary<string, TensorEntry> trunk,
        TowerDescription description,
        Func<int, int> heads,
        int? imageSize)
    {
        TensorShapes shapes = ShapesOf(trunk, source);
        ClipArchitecture architecture = TowerFamilies.HasTokens(description.Family)
            ? OfTokens(shapes, heads, imageSize)
            : OfMaps(shapes, description.Family, imageSize ?? UsualSize);
        architecture = architecture with { Tower = description, TowerShapes = shapes };
        architecture.Check(source);
        using ImageEncoder tower = TowerFamilies.Create(architecture, ScalarType.Float32, META);
        RequireSame(source, tower, shapes, architecture.Name);
        return architecture;
    }

    /// <summary>Adds a text tower without a mask.</summary>
    /// <param name="source">As in <see cref="OfTower"/>.</param>
    /// <param name="tower">The image tower.</param>
    /// <param name="text">Under the text tower's own names.</param>
    /// <param name="description">What the tensors do not show.</param>
    /// <param name="heads">Attention heads of each layer.</param>
    /// <exception cref="PromptKDException">As there.</exception>
    public static ClipArchitecture WithText(
        string source,
        ClipArchitecture tower,
        IReadOnlyDictionary<string, TensorEntry> text,
        TextDescription description,
        int heads)
    {
        TensorShapes shapes = ShapesOf(text, source);
        long[] vocabulary = shapes.Of("token_embedding.weight", 2);
        ClipArchitecture both = tower with
        {
            Text = description,
            TextShapes = shapes,
            TextWidth = (int)vocabulary[1],
            TextLayers = shapes.Count("blocks"),
            TextHeads = heads,
            VocabularySize = (int)vocabulary[0],
            ContextLength = (int)shapes.Of("positional_embedding", 2)[0],
        };
        long embedding = shapes.Of("head.weight", 2)[0];
        if (embedding != tower.EmbeddingSize || both.TextWidth % heads != 0)
        {
            throw new PromptKDException(
                $"{source}: its texts are {both.TextWidth} wide with {heads} heads and end in {embedding} features, "
                + $"its pictures in {tower.EmbeddingSize}. Is its configuration that of another model?");
        }

        using var built = new UnmaskedText(both, ScalarType.Float32, META);
        RequireSame(source, built, shapes, $"a text tower of {both.TextLayers} layers without a mask");
        return both;
    }

    /// <summary>The tensors below a prefix, without it and without those that follow from others.</summary>
    public static Dictionary<string, TensorEntry> Below(
        string prefix, IReadOnlyDictionary<string, TensorEntry> tensors) => tensors
        .Where(one => one.Key.StartsWith(prefix, StringComparison.Ordinal) && !ParameterNames.IsDerived(one.Key))
        .ToDictionary(one => one.Key[prefix.Length..], one => one.Value);

    private static TensorShapes ShapesOf(IReadOnlyDictionary<string, TensorEntry> tensors, string source) =>
        new(tensors.ToDictionary(one => one.Key, one => one.Value.Shape), source);

    private static ClipArchitecture OfTokens(TensorShapes shapes, Func<int, int> heads, int? imageSize)
    {
        long[] patches = shapes.Of("patch_embed.proj.weight", 4);
        (int width, int patch) = ((int)patches[0], (int)patches[2]);
        if (imageSize is { } size && size < patch)
        {
            throw ResizedPositions.TooSmall(shapes.Source, "its tower", size, patch);
        }

        return Empty with
        {
            ImageSize = imageSize ?? (TokenShapes.Side(shapes) * patch),
            PatchSize = patch,
            VisionWidth = width,
            VisionLayers = shapes.Count("blocks"),
            VisionHeads = heads(width),
            EmbeddingSize = shapes.Has("head.weight") ? (int)shapes.Of("head.weight", 2)[0] : width,
        };
    }

    private static ClipArchitecture OfMaps(TensorShapes shapes, string family, int imageSize)
    {
        string last;
        string stages = "stages";
        switch (family)
        {
            case TowerFamilies.MobileNetV4:
                MobileNetTower.Check(shapes);
                (last, stages) = ("conv_head.weight", "blocks");
                break;
            case TowerFamilies.FastVit:
                FastVitTower.Check(shapes);
                last = shapes.Has("head.fc.weight") ? "head.fc.weight"
                    : shapes.Has("final_conv.se.fc2.bias") ? "final_conv.se.fc2.bias"
                    : "final_conv.reparam_conv.bias";
                break;
            default:
                last = shapes.Has("head.proj.weight") ? "head.proj.weight" : "head.norm.weight";
                break;
        }

        int dimensions = last.EndsWith(".bias", StringComparison.Ordinal) ? 1 : DimensionsOf(last);
        int features = (int)shapes.Of(last, dimensions)[0];
        return Empty with
        {
            ImageSize = imageSize,
            PatchSize = Math.Min(Reduction, imageSize),
            VisionWidth = features,
            VisionLayers = Enumerable.Range(0, shapes.Count(stages))
                .Sum(stage => CountBlocks(shapes.Below(stages, stage))),
            VisionHeads = 1,
            EmbeddingSize = features,
        };

        static int DimensionsOf(string name) => name switch
        {
            "conv_head.weight" => 4,
            "head.norm.weight" => 1,
            _ => 2,
        };
    }

    // MobileNetV4's stages are lists of blocks, those of the others have one.
    private static int CountBlocks(TensorShapes stage) =>
        stage.HasBelow("blocks") ? stage.Count("blocks") : stage.CountHere();

    private static ClipArchitecture Empty { get; } = new()
    {
        ImageSize = UsualSize,
        PatchSize = Reduction,
        VisionWidth = 0,
        VisionLayers = 0,
        VisionHeads = 1,
        EmbeddingSize = 0,
        TextWidth = 0,
        TextLayers = 0,
        TextHeads = 0,
        ContextLength = 0,
        VocabularySize = 0,
    };

    private static void RequireSame(string source, Module tower, TensorShapes shapes, string what)
    {
        var expected = tower.state_dict();
        if (shapes.All.FirstOrDefault(one => !expected.ContainsKey(one.Key)).Key is { } unknown)
        {
            throw new PromptKDException(
                $"{source}: the tensor '{unknown}' has no place in {what}. Only the published architectures are "
                + "supported.");
        }

        foreach ((string name, Tensor place) in expected)
        {
            if (!place.shape.SequenceEqual(shapes.Of(name, place.shape.Length)))
            {
                throw new PromptKDException(
                    $"{source}: '{name}' is {ShapeText.Of(shapes.Of(name, place.shape.Length))} but {what} needs "
                    + $"{ShapeText.Of(place.shape)}. Do all its tensors come from one model?");
            }
        }
    }
}
