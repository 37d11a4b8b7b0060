namespace PromptKD.Tests;

/// <summary>Compares tensors.</summary>
internal static class TensorAssert
{
    /// <summary>The shapes are the same, and no element differs by more than the tolerance.</summary>
    public static void Near(Tensor expected, Tensor actual, double tolerance)
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Equal(expected.shape, actual.shape);
        double error = (expected.detach().to(ScalarType.Float64) - actual.detach().to(ScalarType.Float64))
            .abs().max().item<double>();
        Assert.True(error <= tolerance, $"The largest difference is {error}, allowed {tolerance}.");
    }

    /// <summary>Both have the same shape, type and bytes.</summary>
    public static void SameBytes(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.Equal(expected.dtype, actual.dtype);
        Assert.Equal(expected.cpu().contiguous().bytes.ToArray(), actual.cpu().contiguous().bytes.ToArray());
    }
}
