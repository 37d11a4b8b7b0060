using PromptKD.Models.Clip;
using PromptKD.Runtime;

namespace PromptKD.Export.Onnx;

/// <summary><see cref="VisionTransformer"/> as operators.</summary>
/// <param name="layers">Receives them.</param>
/// <param name="state">Of the tower.</param>
/// <param name="architecture">Its sizes.</param>
/// <param name="prompts">Learned tokens of each layer that has some, as they enter, [length, width].</param>
internal sealed class VisionTransformerGraph(
    OnnxLayers layers, TowerState state, ClipArchitecture architecture, IReadOnlyList<Tensor> prompts) : ITowerGraph
{
    private readonly OnnxGraph _graph = layers.Graph;

    /// <inheritdoc/>
    public string Add(string images)
    {
        using DisposeScope scope = NewDisposeScope();
        long width = architecture.VisionWidth;
        string batch = _graph.Add(
            "Shape", "batch", [images], OnnxAttribute.Int("start", 0), OnnxAttribute.Int("end", 1));
        var transformer = new TransformerGraph(layers, state, width, architecture.VisionHeads, architecture.Activation);
        string x = layers.LayerNorm("ln_pre", Embed(images, batch), state);
        int last = architecture.VisionLayers - 1;
        for (int layer = 0; layer <= last; layer++)
        {
            if (layer > 0 && layer < prompts.Count)
            {
                string kept = layers.Slice($"prompts.{layer}/kept", x, 0, 1 + architecture.Patches);
                string learned = layers.Repeat($"prompts.{layer}", prompts[layer], batch);
                x = _graph.Add("Concat", $"prompts.{layer}/entered", [kept, learned], OnnxAttribute.Int("axis", 1));
            }

            x = transformer.Layer(layer, x, layer == last ? (name, tokens) => layers.Slice(name, tokens, 0, 1) : null);
        }

        string token = layers.LayerNorm("ln_post", layers.Reshape("class_token", x, -1, width), state);
        return _graph.Add("MatMul", "image_features", [token, _graph.Weight("proj", state["proj"])]);
    }

    // [batch, 3, size, size] → [batch, 1 + patches + prompts, width].
    private string Embed(string images, string batch)
    {
        long patch = architecture.PatchSize;
        Tensor positions = state["positional_embedding"].to(ScalarType.Float32);
        string cut = _graph.Add(
            "Conv",
            "conv1",
            [images, _graph.Weight("conv1.weight", state["conv1.weight"])],
            OnnxAttribute.Ints("kernel_shape", patch, patch),
            OnnxAttribute.Ints("strides", patch, patch));
        string rows = layers.Reshape("patches/rows", cut, 0, architecture.VisionWidth, architecture.Patches);
        string patches = _graph.Add("Transpose", "patches", [rows], OnnxAttribute.Ints("perm", 0, 2, 1));
        string placed = _graph.Add(
            "Add", "patches/placed", [patches, _graph.Weight("positional_embedding", positions[1..])]);
        Tensor token = state["class_embedding"].to(ScalarType.Float32).Plus(positions[0]);
        List<string> parts = [layers.Repeat("class_embedding", token.unsqueeze(0), batch), placed];
        if (prompts.Count > 0)
        {
            parts.Add(layers.Repeat("prompts.0", prompts[0], batch));
        }

        return _graph.Add("Concat", "tokens", parts, OnnxAttribute.Int("axis", 1));
    }
}
