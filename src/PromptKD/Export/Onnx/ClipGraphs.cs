using Onnx;
using PromptKD.Models.Clip;

namespace PromptKD.Export.Onnx;

/// <summary>The two towers of a CLIP as graphs, with the names that published ones have.</summary>
internal static class ClipGraphs
{
    /// <summary>Normalised pixels, [batch, 3, size, size].</summary>
    public const string Pixels = "pixel_values";

    /// <summary>What the image tower gives, [batch, embedding].</summary>
    public const string ImageEmbeds = "image_embeds";

    /// <summary>Token ids, [batch, tokens].</summary>
    public const string Ids = "input_ids";

    /// <summary>What the text tower gives, [batch, embedding].</summary>
    public const string TextEmbeds = "text_embeds";

    private const long Colours = 3;

    /// <summary>An image tower.</summary>
    /// <param name="tower">Stays the caller's.</param>
    /// <param name="product">How linear layers multiply; null as floats.</param>
    public static ModelProto OfImages(ImageEncoder tower, IMatrixProduct? product = null)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        ClipArchitecture architecture = tower.Architecture;
        var graph = new OnnxGraph();
        string images = graph.Input(
            Pixels, TensorProto.Types.DataType.Float, Colours, architecture.ImageSize, architecture.ImageSize);
        ITowerGraph added = TowerGraphs.Of(
            new OnnxLayers(graph, product), new TowerState(tower.state_dict(), ""), architecture, []);
        return Finish(graph, ImageEmbeds, added.Add(images), architecture);
    }

    /// <summary>A text tower.</summary>
    public static ModelProto OfTexts(TextTower tower)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        var graph = new OnnxGraph();
        var texts = new TextTowerGraph(
            new OnnxLayers(graph), new TowerState(tower.state_dict(), ""), tower.Architecture);
        return Finish(graph, TextEmbeds, texts.Add(Ids), tower.Architecture);
    }

    private static ModelProto Finish(OnnxGraph graph, string output, string features, ClipArchitecture architecture)
    {
        graph.Output(graph.Add("Identity", output, [features]), architecture.EmbeddingSize);
        return graph.ToModel(KeyValuePair.Create("clip", architecture.Name));
    }
}
