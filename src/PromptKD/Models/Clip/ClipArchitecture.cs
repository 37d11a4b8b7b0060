using System.Text.Json.Serialization;
using PromptKD.Models.Towers;
using PromptKD.Models.Towers.Graphs;

namespace PromptKD.Models.Clip;

/// <summary>
/// The dimensions of a CLIP: all that its two encoders need besides their weights. The image encoder is a vision
/// transformer, or a ResNet where <see cref="Stages"/> are given.
/// Section 2 and Table 19–20 of the CLIP paper (arXiv 2103.00020).
/// </summary>
public sealed record ClipArchitecture
{
    /// <summary>
    /// A ResNet's last feature map has this many times fewer places along a side than the image has pixels, and this
    /// many times more channels than the stem.
    /// </summary>
    internal const int ResNetReduction = 32;

    /// <summary>OpenAI's models give each attention head this many channels, in both encoders.</summary>
    internal const int HeadWidth = 64;

    /// <summary>Height and width of the input image, pixels.</summary>
    public required int ImageSize { get; init; }

    /// <summary>
    /// Height and width of one patch, pixels; of a ResNet, of what one place of its last feature map covers.
    /// </summary>
    public required int PatchSize { get; init; }

    /// <summary>Channels of the image encoder's tokens; of a ResNet, of its last feature map.</summary>
    public required int VisionWidth { get; init; }

    /// <summary>Transformer layers of the image encoder; of a ResNet, residual blocks.</summary>
    public required int VisionLayers { get; init; }

    /// <summary>Attention heads of each image encoder layer; of a ResNet, of the attention at its end.</summary>
    public required int VisionHeads { get; init; }

    /// <summary>The stages of a ResNet; null for a vision transformer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ResNetStages? Stages { get; init; }

    /// <summary>An image tower of another family; null for those of OpenAI's.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TowerDescription? Tower { get; init; }

    /// <summary>A text tower of another family; null for those of OpenAI's, and where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TextDescription? Text { get; init; }

    /// <summary>Names and shapes of the tensors of <see cref="Tower"/>, which its file says.</summary>
    [JsonIgnore]
    internal TensorShapes? TowerShapes { get; init; }

    /// <summary>Names and shapes of the tensors of <see cref="Text"/>.</summary>
    [JsonIgnore]
    internal TensorShapes? TextShapes { get; init; }

    /// <summary>The ONNX file that <see cref="Tower"/> is, where it is one.</summary>
    [JsonIgnore]
    internal TowerGraph? TowerGraph { get; init; }

    /// <summary>The ONNX file that <see cref="Text"/> is, where it is one.</summary>
    [JsonIgnore]
    internal TowerGraph? TextGraph { get; init; }

    /// <summary>Whether the image tower is a transformer, among whose tokens learned ones can stand.</summary>
    [JsonIgnore]
    internal bool HasTokens => Tower is { } tower ? TowerFamilies.HasTokens(tower.Family) : Stages is null;

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

    /// <summary>ResNet-50 at 224 pixels.</summary>
    public static ClipArchitecture ResNet50 { get; } =
        OfResNet(new ResNetStages(3, 4, 6, 3), stemWidth: 64, imageSize: 224, embeddingSize: 1024, textWidth: 512);

    /// <summary>ResNet-101 at 224 pixels.</summary>
    public static ClipArchitecture ResNet101 { get; } =
        OfResNet(new ResNetStages(3, 4, 23, 3), stemWidth: 64, imageSize: 224, embeddingSize: 512, textWidth: 512);

    /// <summary>A ResNet of about 4 times the computation of ResNet-50, at 288 pixels.</summary>
    public static ClipArchitecture ResNet50x4 { get; } =
        OfResNet(new ResNetStages(4, 6, 10, 6), stemWidth: 80, imageSize: 288, embeddingSize: 640, textWidth: 640);

    /// <summary>A ResNet of about 16 times the computation of ResNet-50, at 384 pixels.</summary>
    public static ClipArchitecture ResNet50x16 { get; } =
        OfResNet(new ResNetStages(6, 8, 18, 8), stemWidth: 96, imageSize: 384, embeddingSize: 768, textWidth: 768);

    /// <summary>A ResNet of about 64 times the computation of ResNet-50, at 448 pixels.</summary>
    public static ClipArchitecture ResNet50x64 { get; } =
        OfResNet(new ResNetStages(3, 15, 36, 10), stemWidth: 128, imageSize: 448, embeddingSize: 1024, textWidth: 1024);

    /// <summary>OpenAI's name where it is one of theirs, else its main dimensions; for messages.</summary>
    [JsonIgnore]
    public string Name =>
        Published.FirstOrDefault(one => one.Architecture == this with { Activation = one.Architecture.Activation }).Name
        ?? (Tower is { } tower ? NameOf(tower)
            : Stages is null
            ? $"a ViT of {VisionLayers} layers, width {VisionWidth}, patches of {PatchSize} pixels"
            : $"a ResNet of {VisionLayers} blocks, stem width {StemWidth}, for {ImageSize} pixels");

    /// <summary>
    /// Patches along each side of the image; of a ResNet, places along each side of its last feature map.
    /// </summary>
    [JsonIgnore]
    public int PatchesPerSide => ImageSize / PatchSize;

    /// <summary>Patch tokens of one image: the sequence without the class token and without prompts.</summary>
    [JsonIgnore]
    public int Patches => PatchesPerSide * PatchesPerSide;

    /// <summary>OpenAI's models, each under its name.</summary>
    internal static (string Name, ClipArchitecture Architecture)[] Published =>
    [
        ("RN50", ResNet50), ("RN101", ResNet101), ("RN50x4", ResNet50x4), ("RN50x16", ResNet50x16),
        ("RN50x64", ResNet50x64), ("ViT-B/32", VitB32), ("ViT-B/16", VitB16), ("ViT-L/14", VitL14),
        ("ViT-L/14@336px", VitL14At336),
    ];

    /// <summary>Channels behind the stem of a ResNet; its last stage has 32 times as many.</summary>
    [JsonIgnore]
    internal int StemWidth => VisionWidth / ResNetReduction;

    /// <summary>Reads the dimensions off a state dict. Heads and the activation cannot be seen there.</summary>
    /// <param name="shapes">Shape of each tensor under OpenAI's names (<c>visual.conv1.weight</c>, …).</param>
    /// <param name="source">What the shapes belong to, usually a path: error messages begin with it.</param>
    /// <param name="details">What is known besides the shapes.</param>
    /// <param name="byOpenAi">
    /// Whether the file is of OpenAI's own format: where nothing else says, it is then a QuickGELU model with heads of
    /// 64 channels, as OpenAI's loader (clip/model.py, <c>build_model</c>) has it.
    /// </param>
    /// <exception cref="PromptKDException">
    /// A tensor is missing or misshapen, or nothing says what cannot be seen.
    /// </exception>
    internal static ClipArchitecture Infer(
        IReadOnlyDictionary<string, long[]> shapes,
        string source = "state dict",
        ClipDetails? details = null,
        bool byOpenAi = true) =>
        new ArchitectureReader(shapes, source, details ?? new ClipDetails(), byOpenAi).Read();

    /// <summary>Refuses sizes that no CLIP has, before anything is made of them.</summary>
    /// <param name="source">As in <see cref="RequireTransformer"/>.</param>
    /// <exception cref="PromptKDException">A size is out of range, or does not go with another.</exception>
    internal void Check(string source)
    {
        const int Largest = 1 << 16;
        const int MostLayers = 1 << 10;
        (string Name, int Value, int Least, int Most)[] sizes =
        [
            ("imageSize", ImageSize, 1, Largest), ("patchSize", PatchSize, 1, ImageSize),
            ("visionWidth", VisionWidth, 1, Largest), ("visionLayers", VisionLayers, 0, MostLayers),
            ("visionHeads", VisionHeads, 1, VisionWidth), ("embeddingSize", EmbeddingSize, 1, Largest),
            ("textWidth", TextWidth, 0, Largest), ("textLayers", TextLayers, 0, MostLayers),
            ("textHeads", TextHeads, 0, Largest), ("contextLength", ContextLength, 0, Largest),
            ("vocabularySize", VocabularySize, 0, 1 << 24),
            .. (Stages is { } stages
                ? new[] { stages.First, stages.Second, stages.Third, stages.Fourth }
                    .Select(blocks => ("stages", blocks, 1, MostLayers))
                : []),
        ];
        foreach ((string name, int value, int least, int most) in sizes)
        {
            if (value < least || value > most)
            {
                throw new PromptKDException($"{source}: {name} is {value}, expected {least} to {most}. Is it damaged?");
            }
        }

        if (Tower is { } tower && (!TowerFamilies.IsKnown(tower.Family) || !double.IsFinite(tower.NormEpsilon)
            || !Enum.IsDefined(tower.Activation) || !Enum.IsDefined(tower.Pooling) || !Enum.IsDefined(tower.Positions)))
        {
            throw new PromptKDException(
                $"{source}: its tower is of the family '{tower.Family}', which is not known here, or described "
                + "wrongly. Was it written by a newer PromptKD?");
        }

        if (VisionWidth % VisionHeads != 0)
        {
            throw new PromptKDException(
                $"{source}: {VisionHeads} attention heads do not divide the image encoder's width of {VisionWidth}.");
        }
    }

    /// <summary>The least number of values that an image encoder of these sizes has: what its file must hold.</summary>
    internal long LeastVisionValues
    {
        get
        {
            long width = VisionWidth;
            if (Tower is not null)
            {
                // Its tensors are what it is made from: it cannot ask for more than they have.
                return 0;
            }

            if (Stages is { } stages)
            {
                // The middle convolution of each block; every stage is twice as wide as the one before it.
                long[] blocks = [stages.First, stages.Second, stages.Third, stages.Fourth];
                return blocks
                    .Select((count, stage) => 9 * count * ((long)StemWidth << stage) * ((long)StemWidth << stage))
                    .Sum();
            }

            return (width * (Patches + 1L)) + (3L * PatchSize * PatchSize * width) + (12 * width * width * VisionLayers)
                + (width * EmbeddingSize);
        }
    }

    /// <summary>Refuses a ResNet where learned tokens have to enter the image encoder.</summary>
    /// <param name="source">What this architecture belongs to, usually a path: the message begins with it.</param>
    /// <exception cref="PromptKDException">This is a ResNet.</exception>
    internal void RequireTransformer(string source)
    {
        if (!HasTokens)
        {
            throw new PromptKDException(
                $"{source}: its image encoder is {(Tower is null ? "a ResNet" : Name)}, which has no tokens to put "
                + "learned ones among. Use a CLIP with a vision transformer here, such as ViT-B/16; a ResNet can be a "
                + "teacher.");
        }
    }

    private string NameOf(TowerDescription tower) => tower.Family == TowerFamilies.Onnx
        ? $"an ONNX graph of {EmbeddingSize} features"
        : HasTokens
        ? $"{tower.Family} of {VisionLayers} layers, width {VisionWidth}, patches of {PatchSize} pixels"
        : $"{tower.Family} of {VisionLayers} blocks, {EmbeddingSize} features";

    // Heads of 64 channels and a text encoder of 12 layers, as all of OpenAI's.
    private static ClipArchitecture OfResNet(
        ResNetStages stages, int stemWidth, int imageSize, int embeddingSize, int textWidth) => new()
        {
            ImageSize = imageSize,
            PatchSize = ResNetReduction,
            VisionWidth = ResNetReduction * stemWidth,
            VisionLayers = stages.Blocks,
            VisionHeads = ResNetReduction * stemWidth / HeadWidth,
            Stages = stages,
            EmbeddingSize = embeddingSize,
            TextWidth = textWidth,
            TextLayers = 12,
            TextHeads = textWidth / HeadWidth,
        };
}
