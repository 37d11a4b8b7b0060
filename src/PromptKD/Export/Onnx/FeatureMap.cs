namespace PromptKD.Export.Onnx;

/// <summary>A map of places in a graph.</summary>
/// <param name="Name">Of the value, [batch, channels, height, width].</param>
/// <param name="Channels">How many it has.</param>
internal readonly record struct FeatureMap(string Name, long Channels);
