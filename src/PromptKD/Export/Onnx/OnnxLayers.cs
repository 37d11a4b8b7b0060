using PromptKD.Models.Clip;

namespace PromptKD.Export.Onnx;

/// <summary>The layers that towers are made of, as operators.</summary>
/// <param name="graph">Receives them.</param>
/// <param name="product">How linear layers multiply; null as floats.</param>
internal sealed class OnnxLayers(OnnxGraph graph, IMatrixProduct? product = null)
{
    private static readonly string[] s_statistics = ["weight", "bias", "running_mean", "running_var"];

    /// <summary>That of torch, which CLIP leaves as it is.</summary>
    private const float NormEpsilon = 1e-5f;

    private const float QuickGeluSlope = 1.702f;

    private readonly IMatrixProduct _product = product ?? new FloatProduct();

    /// <summary>The graph that receives the operators.</summary>
    public OnnxGraph Graph => graph;

    /// <summary>y = x·Wᵀ + b, for any number of axes before the last.</summary>
    /// <param name="name">Of the layer.</param>
    /// <param name="x">[…, inputs].</param>
    /// <param name="weight">[outputs, inputs].</param>
    /// <param name="bias">[outputs].</param>
    /// <returns>[…, outputs].</returns>
    public string Linear(string name, string x, Tensor weight, Tensor bias)
    {
        string multiplied = _product.Multiply(graph, name, x, weight);
        return graph.Add("Add", name, [multiplied, graph.Weight($"{name}.bias", bias)]);
    }

    /// <summary>Normalises the last axis.</summary>
    public string LayerNorm(string name, string x, TowerState state)
    {
        string weight = graph.Weight($"{name}.weight", state[$"{name}.weight"]);
        string bias = graph.Weight($"{name}.bias", state[$"{name}.bias"]);
        return graph.Add(
            "LayerNormalization",
            name,
            [x, weight, bias],
            OnnxAttribute.Int("axis", -1),
            OnnxAttribute.Float("epsilon", NormEpsilon));
    }

    /// <summary>Normalises each channel, the second axis, by the statistics that were learned.</summary>
    public string BatchNorm(string name, string x, TowerState state)
    {
        IEnumerable<string> values = s_statistics
            .Select(value => graph.Weight($"{name}.{value}", state[$"{name}.{value}"]));
        return graph.Add("BatchNormalization", name, [x, .. values], OnnxAttribute.Float("epsilon", NormEpsilon));
    }

    /// <summary>The nonlinearity of a perceptron, any shape.</summary>
    public string Activate(string name, string x, ClipActivation activation)
    {
        if (activation == ClipActivation.QuickGelu)
        {
            string slope = graph.Number($"{name}/slope", QuickGeluSlope);
            string gate = graph.Add("Sigmoid", $"{name}/Sigmoid", [graph.Add("Mul", $"{name}/scaled", [x, slope])]);
            return graph.Add("Mul", name, [x, gate]);
        }

        string scaled = graph.Add("Div", $"{name}/scaled", [x, graph.Number($"{name}/root", MathF.Sqrt(2))]);
        string error = graph.Add("Erf", $"{name}/Erf", [scaled]);
        string sum = graph.Add("Add", $"{name}/sum", [error, graph.Number($"{name}/one", 1)]);
        string product = graph.Add("Mul", $"{name}/product", [x, sum]);
        return graph.Add("Mul", name, [product, graph.Number($"{name}/half", 0.5f)]);
    }

    /// <summary>Attention of queries to a sequence, before the output layer.</summary>
    /// <param name="name">Of the layer.</param>
    /// <param name="query">Already divided by the root of a head's width, [batch, queries, width].</param>
    /// <param name="key">[batch, tokens, width].</param>
    /// <param name="value">[batch, tokens, width].</param>
    /// <param name="heads">Among which the width is shared out.</param>
    /// <param name="width">Of the tokens.</param>
    /// <param name="mask">Added to the scores; null for none.</param>
    /// <returns>[batch, queries, width].</returns>
    public string Attend(
        string name, string query, string key, string value, long heads, long width, string? mask = null)
    {
        string split = graph.Integers($"{name}/heads", 0, 0, heads, width / heads);
        string queries = Split("query", query, 0, 2, 1, 3);
        string keys = Split("key", key, 0, 2, 3, 1); // [batch, heads, width / heads, tokens]
        string values = Split("value", value, 0, 2, 1, 3);
        string scores = graph.Add("MatMul", $"{name}/scores", [queries, keys]); // [batch, heads, queries, tokens]
        scores = mask is null ? scores : graph.Add("Add", $"{name}/masked", [scores, mask]);
        string weights = graph.Add("Softmax", $"{name}/Softmax", [scores], OnnxAttribute.Int("axis", -1));
        string mixed = graph.Add("MatMul", $"{name}/mixed", [weights, values]);
        string joined = graph.Add("Transpose", $"{name}/tokens", [mixed], OnnxAttribute.Ints("perm", 0, 2, 1, 3));
        return Reshape($"{name}/joined", joined, 0, 0, width);

        string Split(string part, string x, params IReadOnlyList<long> order) => graph.Add(
            "Transpose",
            $"{name}/{part}/split",
            [graph.Add("Reshape", $"{name}/{part}/Reshape", [x, split])],
            OnnxAttribute.Ints("perm", order));
    }

    /// <summary>The same values in another shape; 0 keeps the size of an axis, −1 is what is left.</summary>
    public string Reshape(string name, string x, params long[] shape) =>
        graph.Add("Reshape", name, [x, graph.Integers($"{name}/shape", shape)]);

    /// <summary>Some places of the second axis: from the first to before the second.</summary>
    public string Slice(string name, string x, long first, long end)
    {
        string start = graph.Integers($"{name}/start", first), stop = graph.Integers($"{name}/end", end);
        return graph.Add("Slice", name, [x, start, stop, graph.Integers($"{name}/axis", 1)]);
    }
}
