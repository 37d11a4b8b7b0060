namespace PromptKD.Speed;

/// <summary>
/// The machine's peak under the conditions of the moment: the faster of two products, one of a ViT-B/16 layer and one
/// of square matrices.
/// </summary>
internal sealed class MatrixProduct(ScalarType type) : IDisposable
{
    private const int Products = 10;

    private readonly (Tensor X, Tensor Weight)[] _operands =
    [
        Draw(rows: 8 * 201, inner: 768, columns: 3072, type),
        Draw(rows: 2048, inner: 2048, columns: 2048, type),
    ];

    /// <summary>Billions of operations a second; a multiplication with its addition is two.</summary>
    public double MeasureGflops() =>
        _operands.Max(pair => Gflop(pair.X, pair.Weight) / MedianSeconds(pair.X, pair.Weight));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((Tensor x, Tensor weight) in _operands)
        {
            x.Dispose();
            weight.Dispose();
        }
    }

    private static double MedianSeconds(Tensor x, Tensor weight) => Timing.MedianSeconds(Products, () =>
    {
        using Tensor product = nn.functional.linear(x, weight);
    });

    private static double Gflop(Tensor x, Tensor weight) => 2e-9 * x.shape[0] * weight.numel();

    private static (Tensor X, Tensor Weight) Draw(long rows, long inner, long columns, ScalarType type)
    {
        using Tensor x = randn(rows, inner);
        using Tensor weight = randn(columns, inner);
        return (x.to(type, copy: true), weight.to(type, copy: true));
    }
}
