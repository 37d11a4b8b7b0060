namespace PromptKD.Methods;

/// <summary>
/// Rows that are computed some at a time, whose gradient is worked out some at a time too: only one chunk's graph is
/// ever in memory. The gradient is the exact one; each chunk is computed twice.
/// </summary>
/// <remarks>
/// First all rows are computed without a graph. The loss goes back to them, as to a leaf; then each chunk is computed
/// again, with its graph, and goes on from there (gradient checkpointing, arXiv 1604.06174).
/// </remarks>
internal sealed class ChunkedTensor
{
    private readonly Func<int, int, Tensor> _compute;
    private readonly int _chunk;
    private readonly Tensor[] _inputs;

    private ChunkedTensor(Tensor values, int chunk, Func<int, int, Tensor> compute, Tensor[] inputs)
    {
        Values = values;
        _chunk = chunk;
        _compute = compute;
        _inputs = inputs;
    }

    /// <summary>All rows, [count, …]. Belongs to the caller's scope.</summary>
    public Tensor Values { get; }

    /// <summary>Computes the rows.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="chunk">How many at a time; 0 for all, with an ordinary graph.</param>
    /// <param name="compute">From the first row and a number of rows to these, [number, …], with their graph. It is
    /// called twice for each chunk and must give the same both times.</param>
    /// <param name="inputs">What it needs of the present scope: moves with <see cref="Values"/>.</param>
    public static ChunkedTensor Compute(
        int count, int chunk, Func<int, int, Tensor> compute, params Tensor[] inputs) =>
        chunk == 0 || chunk >= count
            ? new ChunkedTensor(compute(0, count), count, compute, [])
            : new ChunkedTensor(WithoutGraph(count, chunk, compute).requires_grad_(), chunk, compute, inputs);

    /// <summary>Computes the rows for use without gradient.</summary>
    /// <param name="count">As in <see cref="Compute"/>.</param>
    /// <param name="chunk">As in <see cref="Compute"/>, but not 0.</param>
    /// <param name="compute">As in <see cref="Compute"/>, called once for each chunk.</param>
    /// <returns>[count, …].</returns>
    public static Tensor WithoutGraph(int count, int chunk, Func<int, int, Tensor> compute)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return cat([.. Chunks(count, chunk).Select(part => compute(part.First, part.Count))]).MoveToOuterDisposeScope();
    }

    /// <summary>Takes the gradient on from the rows, once the loss has gone back to them.</summary>
    public void Backward()
    {
        if (!Values.is_leaf || Values.grad is not { } gradient)
        {
            return;
        }

        foreach ((int first, int count) in Chunks((int)Values.shape[0], _chunk))
        {
            using DisposeScope scope = NewDisposeScope();
            (_compute(first, count) * gradient.narrow(0, first, count)).sum().backward();
        }
    }

    /// <summary>Moves what <see cref="Backward"/> needs to the scope around the present one.</summary>
    public void MoveToOuterDisposeScope()
    {
        Values.MoveToOuterDisposeScope();
        Array.ForEach(_inputs, input => input.MoveToOuterDisposeScope());
    }

    private static IEnumerable<(int First, int Count)> Chunks(int count, int chunk)
    {
        for (int first = 0; first < count; first += chunk)
        {
            yield return (first, Math.Min(chunk, count - first));
        }
    }
}
