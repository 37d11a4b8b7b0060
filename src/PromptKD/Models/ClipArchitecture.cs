using System.Globalization;
using System.Text.Json.Serialization;

namespace PromptKD.Models;

/// <summary>
/// The dimensions of a CLIP with a vision transformer: all that its two encoders need besides their weights.
/// Section 2 and Table 19–20 of the CLIP paper (arXiv 2103.00020).
/// </summary>
public sealed record ClipArchitecture
{
    /// <summary>OpenAI's models give each attention head this many channels, in both encoders.</summary>
    private const int HeadWidth = 64;

    /// <summary>Height and width of the input image, pixels.</summary>
    public required int ImageSize { get; init; }

    /// <summary>Height and width of one patch, pixels.</summary>
    public required int PatchSize { get; init; }

    /// <summary>Channels of the image encoder's tokens.</summary>
    public required int VisionWidth { get; init; }

    /// <summary>Transformer layers of the image encoder.</summary>
    public required int VisionLayers { get; init; }

    /// <summary>Attention heads of each image encoder layer.</summary>
    public required int VisionHeads { get; init; }

    /// <summary>Dimensions of the space in which images and texts are compared.</summary>
    public required int EmbeddingSize { get; init; }

    /// <summary>Channels of the text encoder's tokens.</summary>
    public required int TextWidth { get; init; }

    /// <summary>Transformer layers of the text encoder.</summary>
    public required int TextLayers { get; init; }

    /// <summary>Attention heads of each text encoder layer.</summary>
    public required int TextHeads { get; init; }

    /// <summary>Length of every text, tokens, padding included.</summary>
    public int ContextLength { get; init; } = 77;

    /// <summary>Number of token ids the text encoder knows.</summary>
    public int VocabularySize { get; init; } = 49408;

    /// <summary>The nonlinearity of every perceptron.</summary>
    public ClipActivation Activation { get; init; } = ClipActivation.QuickGelu;

    /// <summary>ViT-B/16 at 224 pixels: the student of the PromptKD paper.</summary>
    public static ClipArchitecture VitB16 { get; } = new()
    {
        ImageSize = 224,
        PatchSize = 16,
        VisionWidth = 768,
        VisionLayers = 12,
        VisionHeads = 12,
        EmbeddingSize = 512,
        TextWidth = 512,
        TextLayers = 12,
        TextHeads = 8,
    };

    /// <summary>ViT-B/32 at 224 pixels.</summary>
    public static ClipArchitecture VitB32 { get; } = VitB16 with { PatchSize = 32 };

    /// <summary>ViT-L/14 at 224 pixels: the teacher of the PromptKD paper.</summary>
    public static ClipArchitecture VitL14 { get; } = new()
    {
        ImageSize = 224,
        PatchSize = 14,
        VisionWidth = 1024,
        VisionLayers = 24,
        VisionHeads = 16,
        EmbeddingSize = 768,
        TextWidth = 768,
        TextLayers = 12,
        TextHeads = 12,
    };

    /// <summary>ViT-L/14 at 336 pixels.</summary>
    public static ClipArchitecture VitL14At336 { get; } = VitL14 with { ImageSize = 336 };

    /// <summary>OpenAI's name where it is one of theirs, else its main dimensions; for messages.</summary>
    [JsonIgnore]
    public string Name =>
        this == VitB16 with { Activation = Activation } ? "ViT-B/16"
        : this == VitB32 with { Activation = Activation } ? "ViT-B/32"
        : this == VitL14 with { Activation = Activation } ? "ViT-L/14"
        : this == VitL14At336 with { Activation = Activation } ? "ViT-L/14@336px"
        : $"a ViT of {VisionLayers} layers, width {VisionWidth}, patches of {PatchSize} pixels";

    /// <summary>Patches along each side of the image.</summary>
    [JsonIgnore]
    public int PatchesPerSide => ImageSize / PatchSize;

    /// <summary>Patch tokens of one image: the sequence without the class token and without prompts.</summary>
    [JsonIgnore]
    public int Patches => PatchesPerSide * PatchesPerSide;

    /// <summary>Reads the dimensions off a state dict. Heads cannot be seen there: they are width / 64.</summary>
    /// <param name="shapes">Shape of each tensor under OpenAI's names (<c>visual.conv1.weight</c>, …).</param>
    /// <param name="source">What the shapes belong to, usually a path: error messages begin with it.</param>
    /// <exception cref="PromptKDException">A tensor is missing or misshapen, or the images go to a ResNet.</exception>
    internal static ClipArchitecture Infer(IReadOnlyDictionary<string, long[]> shapes, string source = "state dict")
    {
        if (shapes.ContainsKey("visual.layer1.0.conv1.weight"))
        {
            throw new PromptKDException(
                $"{source}: this CLIP has a ResNet image encoder, which is not supported yet. "
                + "Use one with a vision transformer: ViT-B/32, ViT-B/16, ViT-L/14 or ViT-L/14@336px.");
        }

        long[] patchEmbedding = Shape(shapes, "visual.conv1.weight", 4, source);
        long[] positions = Shape(shapes, "visual.positional_embedding", 2, source);
        long[] imageProjection = Shape(shapes, "visual.proj", 2, source);
        long[] textPositions = Shape(shapes, "positional_embedding", 2, source);
        long[] vocabulary = Shape(shapes, "token_embedding.weight", 2, source);
        int visionWidth = Size(patchEmbedding[0]);
        int textWidth = Size(vocabulary[1]);
        int side = (int)Math.Round(Math.Sqrt(positions[0] - 1));
        if (side < 1 || ((long)side * side) + 1 != positions[0])
        {
            throw new PromptKDException(
                $"{source}: 'visual.positional_embedding' has {positions[0]} rows, expected one more than a square "
                + "number (class token and a square grid of patches). Is this a CLIP with a vision transformer?");
        }

        return new ClipArchitecture
        {
            ImageSize = checked(side * Size(patchEmbedding[2])),
            PatchSize = Size(patchEmbedding[2]),
            VisionWidth = visionWidth,
            VisionLayers = CountLayers(shapes.Keys, "visual.transformer.resblocks.", source),
            VisionHeads = Heads(visionWidth, "visual.conv1.weight", source),
            EmbeddingSize = Size(imageProjection[1]),
            TextWidth = textWidth,
            TextLayers = CountLayers(shapes.Keys, "transformer.resblocks.", source),
            TextHeads = Heads(textWidth, "token_embedding.weight", source),
            ContextLength = Size(textPositions[0]),
            VocabularySize = Size(vocabulary[0]),
        };
    }

    private static long[] Shape(
        IReadOnlyDictionary<string, long[]> shapes, string name, int dimensions, string source)
    {
        if (!shapes.TryGetValue(name, out long[]? shape))
        {
            throw new PromptKDException(
                $"{source}: no tensor '{name}' among {shapes.Count}. Is this a complete CLIP checkpoint?");
        }

        return shape.Length == dimensions && shape.All(size => size is > 0 and <= int.MaxValue)
            ? shape
            : throw new PromptKDException(
                $"{source}: '{name}' is [{string.Join(", ", shape)}], expected {dimensions} positive dimensions.");
    }

    private static int Size(long size) => checked((int)size);

    private static int Heads(int width, string name, string source) =>
        width % HeadWidth == 0
            ? width / HeadWidth
            : throw new PromptKDException(
                $"{source}: '{name}' has {width} channels, expected a multiple of {HeadWidth} (the width of a head).");

    /// <summary>One more than the largest index, so that a gap shows as missing tensors, not as fewer layers.</summary>
    private static int CountLayers(IEnumerable<string> names, string prefix, string source)
    {
        string[] indices =
        [
            .. names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
                .Select(name => name[prefix.Length..].Split('.')[0]),
        ];
        int last = indices
            .Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int layer) ? layer : -1)
            .DefaultIfEmpty(-1)
            .Max();

        // Every layer has tensors, so this bounds what a hostile name can make the caller do.
        return last < indices.Length
            ? last + 1
            : throw new PromptKDException(
                $"{source}: there is a tensor '{prefix}{last}.…', but too few tensors for so many layers. Is it complete?");
    }
}
