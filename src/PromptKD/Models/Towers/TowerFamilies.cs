using PromptKD.Models.Clip;
using PromptKD.Models.Towers.ConvNeXt;
using PromptKD.Models.Towers.FastVit;
using PromptKD.Models.Towers.Graphs;
using PromptKD.Models.Towers.MobileNet;
using PromptKD.Models.Towers.Tokens;

namespace PromptKD.Models.Towers;

/// <summary>The families of image towers beside OpenAI's: one row each.</summary>
internal static class TowerFamilies
{
    public const string Vit = "vit";
    public const string Dinov2 = "dinov2";
    public const string Siglip = "siglip";
    public const string Eva02 = "eva02";
    public const string MobileNetV4 = "mobilenetv4";
    public const string FastVit = "fastvit";
    public const string ConvNeXt = "convnext";
    public const string Onnx = TowerGraph.Family;

    private static readonly Dictionary<string, Row> s_rows = new(StringComparer.Ordinal)
    {
        [Vit] = new(MakeTokens, HasTokens: true),
        [Dinov2] = new(MakeTokens, HasTokens: true),
        [Siglip] = new(MakeTokens, HasTokens: true),
        [Eva02] = new(MakeTokens, HasTokens: true),
        [MobileNetV4] = new((architecture, parts) => new MobileNetTower(architecture, parts), HasTokens: false),
        [FastVit] = new((architecture, parts) => new FastVitTower(architecture, parts), HasTokens: false),
        [ConvNeXt] = new((architecture, parts) => new ConvNeXtTower(architecture, parts), HasTokens: false),
        [Onnx] = new((architecture, parts) => new GraphTower(architecture, parts.Device), HasTokens: false),
    };

    /// <summary>Whether towers of a family are transformers, among whose tokens learned ones can stand.</summary>
    public static bool HasTokens(string family) => s_rows.TryGetValue(family, out Row? row) && row.HasTokens;

    /// <summary>Whether there is such a family.</summary>
    public static bool IsKnown(string family) => s_rows.ContainsKey(family);

    /// <summary>The tower that an architecture asks for, its values still unset.</summary>
    /// <param name="architecture">With a description, and the shapes of its tensors.</param>
    /// <param name="type">Element type.</param>
    /// <param name="device">Where it computes.</param>
    /// <exception cref="PromptKDException">A tensor is missing or misshapen, or the family is not known.</exception>
    public static ImageEncoder Create(ClipArchitecture architecture, ScalarType type, Device device)
    {
        TowerDescription description = architecture.Tower!;
        TensorShapes shapes = architecture.TowerShapes ?? (architecture.TowerGraph is { } graph
            ? new TensorShapes(new Dictionary<string, long[]>(), graph.Path)
            : throw new InvalidOperationException("The shapes of this tower's tensors have not been read."));
        return s_rows[description.Family].Make(architecture, new TowerParts(shapes, description, type, device));
    }

    private static TokenTower MakeTokens(ClipArchitecture architecture, TowerParts parts) => new(architecture, parts);

    /// <param name="Make">Makes its tower.</param>
    /// <param name="HasTokens">As <see cref="TowerFamilies.HasTokens"/>.</param>
    private sealed record Row(Func<ClipArchitecture, TowerParts, ImageEncoder> Make, bool HasTokens);
}
