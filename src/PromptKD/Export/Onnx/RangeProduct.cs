namespace PromptKD.Export.Onnx;

/// <summary>
/// As <see cref="FloatProduct"/>; and the least and the greatest value that layers are given are outputs.
/// </summary>
internal sealed class RangeProduct : IMatrixProduct
{
    private readonly FloatProduct _product = new();
    private readonly Dictionary<string, (string Low, string High)> _measured = [];

    /// <summary>By the name of a value that layers are given, the names of both outputs.</summary>
    public IReadOnlyDictionary<string, (string Low, string High)> Measured => _measured;

    /// <inheritdoc/>
    public string Multiply(OnnxGraph graph, string name, string x, Tensor weight)
    {
        if (!_measured.ContainsKey(x))
        {
            _measured[x] = (Measure("ReduceMin", "low"), Measure("ReduceMax", "high"));
        }

        return _product.Multiply(graph, name, x, weight);

        string Measure(string type, string part)
        {
            string value = graph.Add(type, $"{x}/{part}", [x], OnnxAttribute.Int("keepdims", 0));
            graph.OutputNumber(value);
            return value;
        }
    }
}
