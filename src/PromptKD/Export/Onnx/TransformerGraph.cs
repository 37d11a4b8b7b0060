using PromptKD.Models.Clip;
using PromptKD.Runtime;

namespace PromptKD.Export.Onnx;

/// <summary>
/// The layers of a transformer as operators. As in <see cref="Transformer.ForwardToken"/>, the last one computes its
/// query and perceptron for the token that is read.
/// </summary>
/// <param name="layers">Receives the operators.</param>
/// <param name="state">Of the tower.</param>
/// <param name="width">Of the tokens.</param>
/// <param name="heads">Attention heads of each layer.</param>
/// <param name="activation">Of the perceptrons.</param>
internal sealed class TransformerGraph(
    OnnxLayers layers, TowerState state, long width, long heads, ClipActivation activation)
{
    private readonly OnnxGraph _graph = layers.Graph;

    /// <summary>One layer.</summary>
    /// <param name="layer">Index.</param>
    /// <param name="x">[batch, tokens, width].</param>
    /// <param name="read">Takes the tokens that are read out of a sequence; null where all are.</param>
    /// <param name="mask">Added to the attention scores; null for none.</param>
    /// <returns>[batch, tokens that are read, width].</returns>
    public string Layer(int layer, string x, Func<string, string, string>? read = null, string? mask = null)
    {
        string name = $"transformer.resblocks.{layer}";
        string normalised = layers.LayerNorm($"{name}.ln_1", x, state);
        string asking = read?.Invoke($"{name}.ln_1/read", normalised) ?? normalised;
        string kept = read?.Invoke($"{name}/read", x) ?? x;
        string attended = Attend($"{name}.attn", asking, normalised, mask);
        string sum = _graph.Add("Add", $"{name}/attended", [kept, attended]);
        string hidden = Linear($"{name}.mlp.c_fc", layers.LayerNorm($"{name}.ln_2", sum, state));
        string active = layers.Activate($"{name}.mlp.gelu", hidden, activation);
        return _graph.Add("Add", name, [sum, Linear($"{name}.mlp.c_proj", active)]);
    }

    // The packed weights as three layers: their products need no cutting, and what is quantised is quantised once.
    private string Attend(string name, string asking, string x, string? mask)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] weights = state[$"{name}.in_proj_weight"].to(ScalarType.Float32).chunk(3);
        Tensor[] biases = state[$"{name}.in_proj_bias"].to(ScalarType.Float32).chunk(3);
        double scale = 1 / Math.Sqrt((double)width / heads);
        string query = layers.Linear($"{name}.query", asking, weights[0].Times(scale), biases[0].Times(scale));
        string key = layers.Linear($"{name}.key", x, weights[1], biases[1]);
        string value = layers.Linear($"{name}.value", x, weights[2], biases[2]);
        return Linear($"{name}.out_proj", layers.Attend(name, query, key, value, heads, width, mask));
    }

    private string Linear(string name, string x) =>
        layers.Linear(name, x, state[$"{name}.weight"], state[$"{name}.bias"]);
}
