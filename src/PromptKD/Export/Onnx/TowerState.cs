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

    /// <summary>The values of that name; null where there are none.</summary>
    public Tensor? Find(string name) => tensors.GetValueOrDefault(prefix + name);

    /// <summary>Whether there are any values in such a module.</summary>
    public bool HasBelow(string name) =>
        tensors.Keys.Any(key => key.StartsWith($"{prefix}{name}.", StringComparison.Ordinal));

    /// <summary>How many modules NAME.0, NAME.1, … there are.</summary>
    public int Count(string name) =>
        Enumerable.Range(0, int.MaxValue).TakeWhile(index => HasBelow($"{name}.{index}")).Count();
}
