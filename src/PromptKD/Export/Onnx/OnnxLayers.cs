using PromptKD.Models.Clip;

namespace PromptKD.Export.Onnx;

/// <summary>The layers that towers are made of, as operators.</summary>
/// <param name="graph">Receives them.</param>
/// <param name="product">How linear layers multiply; null as floats.</param>
internal sealed class OnnxLayers(OnnxGraph graph, IMatrixProduct? product = null)
{
    private static readonly string[] s_statistics = ["weight", "bias", "running_mean", "running_var"];

    /// <summary>That of torch, which CLIP leaves as it is.</summary>
    private const double NormEpsilon = 1e-5;

    private const float QuickGeluSlope = 1.702f;
    private const float CubicShare = 0.044715f;

    private static readonly float s_tanhSlope = MathF.Sqrt(2 / MathF.PI);

    private readonly IMatrixProduct _product = product ?? new FloatProduct();

    /// <summary>The graph that receives the operators.</summary>
    public OnnxGraph Graph => graph;

    /// <summary>y = x·Wᵀ + b, for any number of axes before the last.</summary>
    /// <param name="name">Of the layer.</param>
    /// <param name="x">[…, inputs].</param>
    /// <param name="weight">[outputs, inputs].</param>
    /// <param name="bias">[outputs]; null for none.</param>
    /// <returns>[…, outputs].</returns>
    public string Linear(string name, string x, Tensor weight, Tensor? bias)
    {
        string multiplied = _product.Multiply(graph, name, x, weight);
        return bias is null ? multiplied : graph.Add("Add", name, [multiplied, graph.Weight($"{name}.bias", bias)]);
    }

    /// <summary>A linear layer under its own names, with a bias where there is one.</summary>
    public string Linear(string name, string x, TowerState state) =>
        Linear(name, x, state[$"{name}.weight"], state.Find($"{name}.bias"));

    /// <summary>
    /// A convolution under its own names, with a bias where there is one; groups follow from the channels.
    /// </summary>
    /// <param name="name">Of the layer.</param>
    /// <param name="x">[batch, inputs, height, width].</param>
    /// <param name="state">Of the tower.</param>
    /// <param name="stride">Places from one output to the next.</param>
    /// <param name="padding">Zeros around the input; null for half a kernel, rounded down.</param>
    /// <returns>[batch, outputs, height / stride, width / stride], and how many outputs there are.</returns>
    public FeatureMap Convolve(string name, FeatureMap x, TowerState state, long stride = 1, long? padding = null)
    {
        Tensor weight = state[$"{name}.weight"];
        long kernel = weight.shape[2], around = padding ?? (kernel / 2);
        List<string> inputs = [x.Name, graph.Weight($"{name}.weight", weight)];
        if (state.Find($"{name}.bias") is { } bias)
        {
            inputs.Add(graph.Weight($"{name}.bias", bias));
        }

        string y = graph.Add(
            "Conv",
            name,
            inputs,
            OnnxAttribute.Ints("kernel_shape", kernel, kernel),
            OnnxAttribute.Ints("strides", stride, stride),
            OnnxAttribute.Ints("pads", around, around, around, around),
            OnnxAttribute.Int("group", x.Channels / weight.shape[1]));
        return new FeatureMap(y, weight.shape[0]);
    }

    /// <summary>Normalises the last axis.</summary>
    public string LayerNorm(string name, string x, TowerState state, double epsilon = NormEpsilon)
    {
        string weight = graph.Weight($"{name}.weight", state[$"{name}.weight"]);
        string bias = graph.Weight($"{name}.bias", state[$"{name}.bias"]);
        return graph.Add(
            "LayerNormalization",
            name,
            [x, weight, bias],
            OnnxAttribute.Int("axis", -1),
            OnnxAttribute.Float("epsilon", (float)epsilon));
    }

    /// <summary>Normalises each channel, the second axis, by the statistics that were learned.</summary>
    public string BatchNorm(string name, string x, TowerState state)
    {
        IEnumerable<string> values = s_statistics
            .Select(value => graph.Weight($"{name}.{value}", state[$"{name}.{value}"]));
        return graph.Add(
            "BatchNormalization", name, [x, .. values], OnnxAttribute.Float("epsilon", (float)NormEpsilon));
    }

    /// <summary>The nonlinearity of a perceptron, any shape.</summary>
    public string Activate(string name, string x, ClipActivation activation) => activation switch
    {
        ClipActivation.QuickGelu => Gate(name, x, QuickGeluSlope),
        ClipActivation.TanhGelu => TanhGelu(name, x),
        _ => Gelu(name, x),
    };

    /// <summary>x · sigmoid(slope · x): with a slope of 1, SiLU.</summary>
    public string Gate(string name, string x, float slope = 1)
    {
        string steep = slope == 1 ? x : graph.Add("Mul", $"{name}/scaled", [x, graph.Number($"{name}/slope", slope)]);
        return graph.Add("Mul", name, [x, graph.Add("Sigmoid", $"{name}/Sigmoid", [steep])]);
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

    /// <summary>The same tokens for each picture of a batch.</summary>
    /// <param name="name">Of the tokens.</param>
    /// <param name="tokens">[length, width].</param>
    /// <param name="batch">How many pictures there are, [1].</param>
    /// <returns>[batch, length, width].</returns>
    public string Repeat(string name, Tensor tokens, string batch)
    {
        string shape = graph.Add(
            "Concat",
            $"{name}/shape",
            [batch, graph.Integers($"{name}/size", tokens.shape)],
            OnnxAttribute.Int("axis", 0));
        return graph.Add("Expand", $"{name}/repeated", [graph.Weight(name, tokens), shape]);
    }

    /// <summary>The same values in another shape; 0 keeps the size of an axis, −1 is what is left.</summary>
    public string Reshape(string name, string x, params long[] shape) =>
        graph.Add("Reshape", name, [x, graph.Integers($"{name}/shape", shape)]);

    /// <summary>[batch, channels, 1, 1] → [batch, channels].</summary>
    public string Flatten(string name, string x) => graph.Add("Flatten", name, [x], OnnxAttribute.Int("axis", 1));

    /// <summary>Some places of the second axis: from the first to before the second.</summary>
    public string Slice(string name, string x, long first, long end)
    {
        string start = graph.Integers($"{name}/start", first), stop = graph.Integers($"{name}/end", end);
        return graph.Add("Slice", name, [x, start, stop, graph.Integers($"{name}/axis", 1)]);
    }

    private string Gelu(string name, string x)
    {
        string scaled = graph.Add("Div", $"{name}/scaled", [x, graph.Number($"{name}/root", MathF.Sqrt(2))]);
        string error = graph.Add("Erf", $"{name}/Erf", [scaled]);
        string sum = graph.Add("Add", $"{name}/sum", [error, graph.Number($"{name}/one", 1)]);
        string product = graph.Add("Mul", $"{name}/product", [x, sum]);
        return graph.Add("Mul", name, [product, graph.Number($"{name}/half", 0.5f)]);
    }

    // x/2 (1 + tanh(√(2/π) x (1 + 0.044715 x²))), written as ONNX Runtime joins it.
    private string TanhGelu(string name, string x)
    {
        string cubic = graph.Add("Mul", $"{name}/share", [x, graph.Number($"{name}/cubic", CubicShare)]);
        string square = graph.Add("Mul", $"{name}/square", [cubic, x]);
        string sum = graph.Add("Add", $"{name}/sum", [square, graph.Number($"{name}/one", 1)]);
        string scaled = graph.Add("Mul", $"{name}/scaled", [x, graph.Number($"{name}/slope", s_tanhSlope)]);
        string tanh = graph.Add("Tanh", $"{name}/Tanh", [graph.Add("Mul", $"{name}/bent", [scaled, sum])]);
        string above = graph.Add("Add", $"{name}/above", [tanh, graph.Number($"{name}/one", 1)]);
        string half = graph.Add("Mul", $"{name}/halved", [x, graph.Number($"{name}/half", 0.5f)]);
        return graph.Add("Mul", name, [half, above]);
    }
}
