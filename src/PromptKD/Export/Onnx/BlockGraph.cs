using PromptKD.Models.Clip;

namespace PromptKD.Export.Onnx;

/// <summary>The layers of a transformer under timm's names as operators.</summary>
/// <param name="layers">Receives them.</param>
/// <param name="state">Of the tower.</param>
/// <param name="heads">Attention heads of each layer.</param>
/// <param name="activation">Of the perceptrons.</param>
/// <param name="epsilon">Of the normalisations.</param>
internal sealed class BlockGraph(
    OnnxLayers layers, TowerState state, long heads, ClipActivation activation, double epsilon)
{
    private static readonly string[] s_joined = ["query", "key", "value"];
    private static readonly string[] s_apart = ["q_proj", "k_proj", "v_proj"];

    private readonly OnnxGraph _graph = layers.Graph;

    /// <summary>One layer.</summary>
    /// <param name="name">Of the layer.</param>
    /// <param name="x">[batch, tokens, width].</param>
    /// <param name="rotation">Turns queries and keys by their places; null for none.</param>
    /// <param name="read">Takes the tokens that are read out of a sequence; null where all are.</param>
    /// <returns>[batch, tokens that are read, width].</returns>
    public string Layer(
        string name, string x, RotationGraph? rotation = null, Func<string, string, string>? read = null)
    {
        string normalised = Norm($"{name}.norm1", x);
        string attended = Attend($"{name}.attn", normalised, rotation, read);
        string kept = read?.Invoke($"{name}/read", x) ?? x;
        string sum = _graph.Add("Add", $"{name}/attended", [kept, Scale($"{name}.ls1", attended)]);
        string thought = Perceptron($"{name}.mlp", Norm($"{name}.norm2", sum));
        return _graph.Add("Add", name, [sum, Scale($"{name}.ls2", thought)]);
    }

    /// <summary>The perceptron of a layer: of the kind that the file has.</summary>
    /// <param name="name">Of the perceptron.</param>
    /// <param name="x">[…, width].</param>
    /// <returns>[…, width].</returns>
    public string Perceptron(string name, string x)
    {
        using DisposeScope scope = NewDisposeScope();
        string hidden;
        if (state.Has($"{name}.fc1_g.weight"))
        {
            hidden = Gated(name, layers.Linear($"{name}.fc1_g", x, state), layers.Linear($"{name}.fc1_x", x, state));
        }
        else if (state[$"{name}.fc1.weight"].shape[0] == 2 * state[$"{name}.fc2.weight"].shape[1])
        {
            string[] halves = Parts($"{name}.fc1", x, ["gate", "gated"]);
            hidden = Gated(name, halves[0], halves[1]);
        }
        else
        {
            hidden = layers.Activate($"{name}.act", layers.Linear($"{name}.fc1", x, state), activation);
        }

        return layers.Linear($"{name}.fc2", NormOrNone($"{name}.norm", hidden), state);
    }

    /// <summary>Normalises the last axis.</summary>
    public string Norm(string name, string x) => layers.LayerNorm(name, x, state, epsilon);

    /// <summary>As <see cref="Norm"/> where the file has such a normalisation; else nothing.</summary>
    public string NormOrNone(string name, string x) => state.Has($"{name}.weight") ? Norm(name, x) : x;

    /// <summary>
    /// One layer whose outputs are those of several, as several: what is quantised is quantised once.
    /// </summary>
    /// <param name="name">Of the layer.</param>
    /// <param name="x">[…, inputs].</param>
    /// <param name="parts">What the parts are called.</param>
    /// <returns>[…, outputs / parts] each.</returns>
    public string[] Parts(string name, string x, IReadOnlyList<string> parts)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] weights = state[$"{name}.weight"].chunk(parts.Count);
        Tensor[]? biases = state.Find($"{name}.bias")?.chunk(parts.Count);
        return [.. parts.Select((part, place) => layers.Linear($"{name}/{part}", x, weights[place], biases?[place]))];
    }

    private string Attend(string name, string x, RotationGraph? rotation, Func<string, string, string>? read)
    {
        string[] parts = state.Has($"{name}.qkv.weight")
            ? Parts($"{name}.qkv", x, s_joined)
            : [.. s_apart.Select(part => layers.Linear($"{name}.{part}", x, state))];
        string query = rotation?.Turn($"{name}/query", parts[0]) ?? parts[0];
        string key = rotation?.Turn($"{name}/key", parts[1]) ?? parts[1];
        query = read?.Invoke($"{name}/query/read", query) ?? query;
        long width = WidthOf(name);
        string mixed = layers.Attend(name, Divide($"{name}/query", query, width), key, parts[2], heads, width);
        return layers.Linear($"{name}.proj", NormOrNone($"{name}.norm", mixed), state);
    }

    // Of what the heads share.
    private long WidthOf(string name) => state[$"{name}.proj.weight"].shape[1];

    private string Divide(string name, string query, long width) => _graph.Add(
        "Mul", $"{name}/divided",
        [query, _graph.Number($"{name}/scale", (float)(1 / Math.Sqrt((double)width / heads)))]);

    private string Gated(string name, string gate, string gated) =>
        _graph.Add("Mul", $"{name}/gated", [layers.Gate($"{name}/SiLU", gate), gated]);

    private string Scale(string name, string x) => state.Find($"{name}.gamma") is { } factors
        ? _graph.Add("Mul", name, [x, _graph.Weight($"{name}.gamma", factors)])
        : x;
}
