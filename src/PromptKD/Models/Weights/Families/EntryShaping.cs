namespace PromptKD.Models.Weights.Families;

/// <summary>Makes tensors of files into those that our towers have. Values are still read only when asked
/// for.</summary>
internal static class EntryShaping
{
    /// <summary>The same values in another shape.</summary>
    public static TensorEntry Reshaped(this TensorEntry entry, params long[] shape) => entry with
    {
        Shape = shape,
        Read = () => Change(entry, tensor => tensor.reshape(shape)),
    };

    /// <summary>A matrix with rows and columns exchanged.</summary>
    public static TensorEntry Transposed(this TensorEntry entry) => entry with
    {
        Shape = [entry.Shape[1], entry.Shape[0]],
        Read = () => Change(entry, tensor => tensor.transpose(0, 1).contiguous()),
    };

    /// <summary>Some of the rows.</summary>
    /// <param name="entry">The whole.</param>
    /// <param name="first">Index of the first row.</param>
    /// <param name="count">How many.</param>
    public static TensorEntry Rows(this TensorEntry entry, long first, long count) => entry with
    {
        Shape = [count, .. entry.Shape[1..]],
        Read = () => Change(entry, tensor => tensor.narrow(0, first, count).clone()),
    };

    /// <summary>Several tensors below each other.</summary>
    public static TensorEntry Stack(params TensorEntry[] parts) => parts[0] with
    {
        Shape = [parts.Sum(part => part.Shape[0]), .. parts[0].Shape[1..]],
        Read = () =>
        {
            using DisposeScope scope = NewDisposeScope();
            return cat([.. parts.Select(part => part.Read())], dim: 0).MoveToOuterDisposeScope();
        },
    };

    /// <summary>A number that no file says.</summary>
    public static TensorEntry Number(double value) => new([], ScalarType.Float32, () => tensor((float)value));

    private static Tensor Change(TensorEntry entry, Func<Tensor, Tensor> change)
    {
        using DisposeScope scope = NewDisposeScope();
        return change(entry.Read()).MoveToOuterDisposeScope();
    }
}
