using PromptKD.Models.Clip;
using PromptKD.Models.Towers;

namespace PromptKD.Export.Onnx;

/// <summary>An image tower as operators.</summary>
internal interface ITowerGraph
{
    /// <summary>Adds it.</summary>
    /// <param name="images">Normalised pixels, [batch, 3, size, size].</param>
    /// <returns>Not normalised, [batch, embedding].</returns>
    string Add(string images);
}

/// <summary>Which graph is that of a tower: one row a family.</summary>
internal static class TowerGraphs
{
    /// <summary>The graph of a tower.</summary>
    /// <param name="layers">Receives the operators.</param>
    /// <param name="state">Of the tower.</param>
    /// <param name="architecture">Its sizes.</param>
    /// <param name="prompts">Learned tokens of each layer that has some, as they enter, [length, width].</param>
    /// <exception cref="PromptKDException">It is a graph already.</exception>
    public static ITowerGraph Of(
        OnnxLayers layers, TowerState state, ClipArchitecture architecture, IReadOnlyList<Tensor> prompts) =>
        architecture switch
        {
            { Tower.Family: TowerFamilies.MobileNetV4 } => new MobileNetGraph(layers, state),
            { Tower.Family: TowerFamilies.FastVit } => new FastVitGraph(layers, state),
            { Tower.Family: TowerFamilies.Onnx } => new EmbeddedGraph(layers, state),
            { Tower.Family: TowerFamilies.ConvNeXt } => new ConvNeXtGraph(layers, state, architecture.Tower),
            { Tower: { } tower } when architecture.HasTokens =>
                new TokenTowerGraph(layers, state, architecture, tower, prompts),
            { Tower: not null } => throw new PromptKDException(
                $"The image tower is {architecture.Name}, of which no graph is written: give the model that it was "
                + "made of."),
            { Stages: { } stages } => new ResNetGraph(layers, state, architecture, stages),
            _ => new VisionTransformerGraph(layers, state, architecture, prompts),
        };

    /// <summary>Whether a tower has linear layers, which can compute in 8 bits, and not convolutions alone.</summary>
    public static bool HaveLinearLayers(ClipArchitecture architecture) =>
        architecture.Tower?.Family is not (TowerFamilies.MobileNetV4 or TowerFamilies.FastVit or TowerFamilies.Onnx)
            && architecture.Stages is null;
}
