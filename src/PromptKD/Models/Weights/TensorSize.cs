namespace PromptKD.Models.Weights;

/// <summary>Counts the elements of tensors whose sizes come from a file.</summary>
internal static class TensorSize
{
    // Beyond what any machine has, and small enough that sums and small multiples of sizes stay within 64 bits.
    private const long MaxBytes = 1L << 56;

    /// <summary>Elements of a tensor of this shape.</summary>
    /// <exception cref="InvalidDataException">A size is negative, there are too many, or the tensor is too large.
    /// </exception>
    public static long CountElements(IReadOnlyList<long> shape, ScalarType type)
    {
        if (shape.Count > StoredTensor.MaxDimensions || shape.Any(size => size < 0))
        {
            throw new InvalidDataException(
                $"{shape.Count} dimensions, of which one is negative, or more than any has.");
        }

        // Sizes of an empty tensor have to be possible, too: libtorch multiplies them for its strides.
        long most = MaxBytes / type.ElementSize();
        foreach (long size in shape)
        {
            most /= Math.Max(size, 1);
        }

        return most > 0
            ? shape.Aggregate(1L, (product, size) => product * size)
            : throw new InvalidDataException(
                $"a tensor of shape [{string.Join(", ", shape)}] is more than can be meant.");
    }
}
