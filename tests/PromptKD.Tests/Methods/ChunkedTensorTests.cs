using PromptKD.Methods;

namespace PromptKD.Tests.Methods;

public sealed class ChunkedTensorTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public void Has_the_gradient_worked_by_hand_whatever_the_chunk(int chunk)
    {
        // Row i is i · w², the loss is the sum of squares of the rows: Σ i² w⁴, of derivative 4 Σ i² w³ = 4 · 30 · 8.
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = tensor(2f, requires_grad: true);

        ChunkedTensor rows = ChunkedTensor.Compute(5, chunk, (first, count) =>
            arange(first, first + count, ScalarType.Float32) * weight.square());
        rows.Values.square().sum().backward();
        rows.Backward();

        Assert.Equal([0f, 4f, 8f, 12f, 16f], rows.Values.data<float>().ToArray());
        Assert.Equal(960, weight.grad!.item<float>());
    }

    [Fact]
    public void Keeps_no_graph_of_its_rows_when_chunked()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = tensor(2f, requires_grad: true);

        ChunkedTensor rows = ChunkedTensor.Compute(4, 2, (first, count) => weight * ones(count));

        Assert.True(rows.Values.is_leaf);
    }
}
