using System.Globalization;

namespace PromptKD.Models.Clip;

/// <summary>Reads the dimensions of a CLIP off the shapes of its tensors.</summary>
/// <param name="shapes">Shape of each tensor under OpenAI's names.</param>
/// <param name="source">What the shapes belong to, usually a path: error messages begin with it.</param>
/// <param name="details">What is known besides the shapes.</param>
/// <param name="byOpenAi">Whether OpenAI's rules hold where the details say nothing.</param>
internal sealed class ArchitectureReader(
    IReadOnlyDictionary<string, long[]> shapes, string source, ClipDetails details, bool byOpenAi)
{
    // Published CLIPs see up to 448 pixels, others' up to 1024.
    private const int MaxImageSize = 4096;

    /// <exception cref="PromptKDException">
    /// A tensor is missing or misshapen, or nothing says what the shapes do not show.
    /// </exception>
    public ClipArchitecture Read()
    {
        return ReadTextOf(shapes.ContainsKey("visual.layer1.0.conv1.weight") ? ReadResNet() : ReadTransformer());
    }

    /// <summary>Adds the sizes of CLIP's own text tower.</summary>
    /// <param name="withoutText">The image tower, of whatever family.</param>
    /// <exception cref="PromptKDException">As <see cref="Read"/>.</exception>
    public ClipArchitecture ReadTextOf(ClipArchitecture withoutText)
    {
        long[] textPositions = Shape("positional_embedding", 2);
        long[] vocabulary = Shape("token_embedding.weight", 2);
        int textWidth = Size(vocabulary[1]);
        return withoutText with
        {
            TextWidth = textWidth,
            TextLayers = CountLayers("transformer.resblocks."),
            TextHeads = Heads("text", details.TextHeads, textWidth, one => one.TextWidth),
            ContextLength = Size(textPositions[0]),
            VocabularySize = Size(vocabulary[0]),
            Activation = details.Activation
                ?? (byOpenAi ? ClipActivation.QuickGelu : throw Unstated("the activation", "activation")),
        };
    }

    private ClipArchitecture ReadTransformer()
    {
        long[] patchEmbedding = Shape("visual.conv1.weight", 4);
        int width = Size(patchEmbedding[0]);
        int patchSize = Size(patchEmbedding[2]);
        return new ClipArchitecture
        {
            ImageSize = ImageSize(Side("visual.positional_embedding"), patchSize),
            PatchSize = patchSize,
            VisionWidth = width,
            VisionLayers = CountLayers("visual.transformer.resblocks."),
            VisionHeads = Heads("image", details.VisionHeads, width, one => one.Stages is null ? one.VisionWidth : 0),
            EmbeddingSize = Size(Shape("visual.proj", 2)[1]),
            TextWidth = 0,
            TextLayers = 0,
            TextHeads = 0,
        };
    }

    private ClipArchitecture ReadResNet()
    {
        const string Positions = "visual.attnpool.positional_embedding";
        int width = Size(Shape(Positions, 2)[1]);
        var stages = new ResNetStages(
            CountLayers("visual.layer1."),
            CountLayers("visual.layer2."),
            CountLayers("visual.layer3."),
            CountLayers("visual.layer4."));
        return new ClipArchitecture
        {
            ImageSize = ImageSize(Side(Positions), ClipArchitecture.ResNetReduction),
            PatchSize = ClipArchitecture.ResNetReduction,
            VisionWidth = width,
            VisionLayers = stages.Blocks,
            VisionHeads = Heads("image", details.VisionHeads, width, one => one.Stages is null ? 0 : one.VisionWidth),
            Stages = stages,
            EmbeddingSize = Size(Shape("visual.attnpool.c_proj.weight", 2)[0]),
            TextWidth = 0,
            TextLayers = 0,
            TextHeads = 0,
        };
    }

    private long[] Shape(string name, int dimensions)
    {
        if (!shapes.TryGetValue(name, out long[]? shape))
        {
            string some = string.Join(
                ", ", shapes.Keys.Order(StringComparer.Ordinal).Take(3).Select(one => $"'{one}'"));
            throw new PromptKDException(
                $"{source}: no tensor '{name}'{(some.Length == 0 ? "" : $" among {shapes.Count}, such as {some}")}. "
                + "Is this a complete CLIP checkpoint, image and text tower?");
        }

        return shape.Length == dimensions && shape.All(size => size is > 0 and <= int.MaxValue)
            ? shape
            : throw new PromptKDException(
                $"{source}: '{name}' is [{string.Join(", ", shape)}], expected {dimensions} positive dimensions.");
    }

    // Patches along a side of the image: the positions are those of a square grid, and one more.
    private int Side(string positions)
    {
        long rows = Shape(positions, 2)[0];
        int side = (int)Math.Round(Math.Sqrt(rows - 1));
        return side >= 1 && ((long)side * side) + 1 == rows
            ? side
            : throw new PromptKDException(
                $"{source}: '{positions}' has {rows} rows, expected one more than a square number (a square grid, and "
                + "the class token or mean). Is this a CLIP?");
    }

    // Before a picture of that size is asked for.
    private int ImageSize(int side, int patchSize) => (long)side * patchSize is var size && size <= MaxImageSize
        ? (int)size
        : throw new PromptKDException(
            $"{source}: by its tensors it sees pictures of {size} pixels a side, at most {MaxImageSize} are "
            + "supported.");

    private static int Size(long size) => checked((int)size);

    /// <summary>
    /// Heads of an encoder. Where nothing says how many, they have 64 channels: in a width that OpenAI published, and
    /// in a file of OpenAI's format up to the widest of these. Wider encoders are others' work, with other heads
    /// (open_clip's ViT-H, -g and -bigG have heads of 80, 88 and 104 channels, in multiples of 64).
    /// </summary>
    private int Heads(string encoder, int? stated, int width, Func<ClipArchitecture, int> publishedWidth)
    {
        if (stated is { } heads)
        {
            return heads > 0 && width % heads == 0 ? heads : throw new PromptKDException(
                $"{source}: {heads} attention heads do not divide the {encoder} encoder's width of {width}.");
        }

        int[] published = [.. ClipArchitecture.Published.Select(one => publishedWidth(one.Architecture))];
        bool isOpenAi = byOpenAi && width % ClipArchitecture.HeadWidth == 0 && width <= published.Max();
        return isOpenAi || published.Contains(width)
            ? width / ClipArchitecture.HeadWidth
            : throw Unstated(
                $"how many attention heads its {encoder} encoder of width {width} has",
                encoder == "text" ? "text_heads" : "vision_heads");
    }

    private PromptKDException Unstated(string what, string key) => new(
        $"{source}: nothing says {what}. Keep the model's configuration beside it (config.json of Hugging Face, "
        + $"open_clip_config.json of open_clip), or write {key} into the metadata of a safetensors file.");

    /// <summary>One more than the largest index, so that a gap shows as missing tensors, not as fewer layers.</summary>
    private int CountLayers(string prefix)
    {
        string[] indices =
        [
            .. shapes.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
                .Select(name => name[prefix.Length..].Split('.')[0]),
        ];
        int last = indices
            .Select(
                text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int layer) ? layer : -1)
            .DefaultIfEmpty(-1)
            .Max();

        // Every layer has tensors, so this bounds what a hostile name can make the caller do.
        return last < indices.Length
            ? last + 1
            : throw new PromptKDException(
                $"{source}: there is a tensor '{prefix}{last}.…', but too few tensors for so many layers. Is it "
                + "complete?");
    }
}
