using Onnx;
using PromptKD.Models.Towers.Graphs;

namespace PromptKD.Export.Onnx;

/// <summary>A tower that was an ONNX file already: its operators and constants, taken over as they are.</summary>
/// <param name="layers">Receives them.</param>
/// <param name="state">Of the tower: the file.</param>
internal sealed class EmbeddedGraph(OnnxLayers layers, TowerState state) : ITowerGraph
{
    private const string Source = "The ONNX graph of the student's tower";

    /// <inheritdoc/>
    /// <exception cref="PromptKDException">It cannot be a part of another graph.</exception>
    public string Add(string images)
    {
        if (layers.Graph.IsHalf)
        {
            throw new PromptKDException($"{Source} has the precision that it has. Export it without ‹fp16›.");
        }

        byte[] bytes = state[GraphTower.BytesName].bytes.ToArray();
        var tower = TowerGraph.OfPictures(GraphSummary.Read(bytes, Source));
        return tower.Rows is { } rows
            ? throw new PromptKDException(
                $"{Source} takes exactly {rows} pictures at once, and an exported student any number.")
            : layers.Graph.Embed(
                ModelProto.Parser.ParseFrom(bytes), tower.Input.Name, images, tower.Output.Name, Source);
    }
}
