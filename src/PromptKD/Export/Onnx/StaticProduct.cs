namespace PromptKD.Export.Onnx;

/// <summary>
/// In whole numbers of 8 bits, where the range of x is known from pictures: as pairs of QuantizeLinear and
/// DequantizeLinear, which runtimes join with the product.
/// </summary>
/// <param name="ranges">Of the values that layers are given, by name.</param>
internal sealed class StaticProduct(IReadOnlyDictionary<string, ValueRange> ranges) : IMatrixProduct
{
    private readonly Dictionary<string, string> _rounded = [];

    /// <inheritdoc/>
    public string Multiply(OnnxGraph graph, string name, string x, Tensor weight)
    {
        if (!_rounded.TryGetValue(x, out string? rounded))
        {
            rounded = _rounded[x] = Round(graph, x, ranges[x]);
        }

        var whole = WholeWeights.Of(weight);
        string values = whole.AddTo(graph, $"{name}.weight");
        string weights = graph.Add(
            "DequantizeLinear",
            $"{name}.weight/float",
            [values, whole.AddScalesTo(graph, $"{name}.weight"), whole.AddZerosTo(graph, $"{name}.weight")],
            OnnxAttribute.Int("axis", 1));
        return graph.Add("MatMul", $"{name}/MatMul", [rounded, weights]);
    }

    private static string Round(OnnxGraph graph, string x, ValueRange range)
    {
        string scale = graph.Number($"{x}/scale", range.Scale), zero = graph.Byte($"{x}/zero", range.Zero);
        string whole = graph.Add("QuantizeLinear", $"{x}/whole", [x, scale, zero]);
        return graph.Add("DequantizeLinear", $"{x}/rounded", [whole, scale, zero]);
    }
}
