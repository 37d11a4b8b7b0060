using BenchmarkDotNet.Attributes;
using PromptKD.Reporting.Benchmarks;

namespace PromptKD.Benchmarks;

/// <summary>
/// The machine's peak under the conditions of the day: the largest product of a ViT-B/16 layer at batch 8, to be held
/// against the other benchmarks of the same run.
/// </summary>
public class MatrixProductBenchmarks
{
    private const int Tokens = 8 * 197, Width = 768;

    // 2 · 1576 · 768 · 3072
    private const double Gflop = 7.437;
    private const int Products = 20;

    private Tensor _x = null!;
    private Tensor _weight = null!;

    /// <summary>Element type of the operands.</summary>
    [Params(ScalarType.Float32, ScalarType.BFloat16)]
    public ScalarType Precision { get; set; }

    /// <summary>Makes the operands.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        _x = randn([Tokens, Width]).to(Precision);
        _weight = randn([4 * Width, Width]).to(Precision);
    }

    /// <summary>Frees the operands.</summary>
    [GlobalCleanup]
    public void Free()
    {
        _x.Dispose();
        _weight.Dispose();
    }

    /// <summary>[1576, 768] times [768, 3072].</summary>
    [Benchmark(OperationsPerInvoke = Products)]
    [Gflop(Gflop)]
    public void Multiply()
    {
        for (int product = 0; product < Products; product++)
        {
            using DisposeScope scope = NewDisposeScope();
            nn.functional.linear(_x, _weight);
        }
    }
}
