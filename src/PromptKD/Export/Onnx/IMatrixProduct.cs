namespace PromptKD.Export.Onnx;

/// <summary>How a layer of a transformer multiplies what it is given by its weights.</summary>
internal interface IMatrixProduct
{
    /// <summary>Adds the operators of x·Wᵀ.</summary>
    /// <param name="graph">Receives them.</param>
    /// <param name="name">Of the layer.</param>
    /// <param name="x">[…, inputs].</param>
    /// <param name="weight">[outputs, inputs].</param>
    /// <returns>[…, outputs].</returns>
    string Multiply(OnnxGraph graph, string name, string x, Tensor weight);
}

/// <summary>In the element type of the graph.</summary>
internal sealed class FloatProduct : IMatrixProduct
{
    /// <inheritdoc/>
    public string Multiply(OnnxGraph graph, string name, string x, Tensor weight)
    {
        using DisposeScope scope = NewDisposeScope();
        return graph.Add("MatMul", $"{name}/MatMul", [x, graph.Weight($"{name}.weight", weight.t())]);
    }
}
