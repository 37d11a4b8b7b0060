namespace PromptKD.Export.Onnx;

/// <summary>
/// In whole numbers of 8 bits, where the range of x is measured in each call. What several layers are given (query, key
/// and value) is rounded once.
/// </summary>
internal sealed class DynamicProduct : IMatrixProduct
{
    private static readonly string[] s_parts = ["", "/scale", "/zero"];

    private readonly Dictionary<string, IReadOnlyList<string>> _rounded = [];

    /// <inheritdoc/>
    public string Multiply(OnnxGraph graph, string name, string x, Tensor weight)
    {
        var whole = WholeWeights.Of(weight);
        if (!_rounded.TryGetValue(x, out IReadOnlyList<string>? rounded))
        {
            rounded = _rounded[x] = graph.AddMany("DynamicQuantizeLinear", $"{x}/rounded", [x], s_parts);
        }

        // As ONNX Runtime joins them: the product, made a float, times both scales.
        string sum = graph.Add(
            "MatMulInteger", $"{name}/MatMul", [rounded[0], whole.AddTo(graph, $"{name}.weight"), rounded[2]]);
        string product = graph.Add("Cast", $"{name}/product", [sum], OnnxAttribute.Int("to", OnnxGraph.Float));
        string scale = graph.Add("Mul", $"{name}/scale", [rounded[1], whole.AddScalesTo(graph, $"{name}.weight")]);
        return graph.Add("Mul", $"{name}/scaled", [product, scale]);
    }
}
