namespace PromptKD.Export.Onnx;

/// <summary>The values of a tower, by the names of its module.</summary>
/// <param name="tensors">All tensors of a model.</param>
/// <param name="prefix">Stands before the tower's own names.</param>
internal sealed class TowerState(IReadOnlyDictionary<string, Tensor> tensors, string prefix)
{
    /// <summary>The values of that name.</summary>
    public Tensor this[string name] => tensors[prefix + name];

    /// <summary>Whether there are values of that name.</summary>
    public bool Has(string name) => tensors.ContainsKey(prefix + name);
}
