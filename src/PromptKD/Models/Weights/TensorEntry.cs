namespace PromptKD.Models.Weights;

/// <summary>One tensor of an open file: what it is, and how to get its values.</summary>
/// <param name="Shape">Sizes of its dimensions.</param>
/// <param name="Type">Element type in the file.</param>
/// <param name="Read">Reads the values into a new tensor on the CPU. Works while the file is open.</param>
internal sealed record TensorEntry(long[] Shape, ScalarType Type, Func<Tensor> Read)
{
    /// <summary>Reads every tensor. They belong to the caller, not to the current dispose scope.</summary>
    public static Dictionary<string, Tensor> ReadAll(IEnumerable<KeyValuePair<string, TensorEntry>> entries)
    {
        using DisposeScope scope = NewDisposeScope();
        var tensors = entries.ToDictionary(entry => entry.Key, entry => entry.Value.Read());
        foreach (Tensor tensor in tensors.Values)
        {
            tensor.DetachFromDisposeScope();
        }

        return tensors;
    }
}
