using BenchmarkDotNet.Attributes;
using PromptKD.Reporting.Benchmarks;

namespace PromptKD.Benchmarks;

/// <summary>
/// One step of PromptKD's student at the paper's size (ViT-B/16, 4 tokens in 9 layers, 8 images, 100 classes), the
/// teacher's features being given: forward, backward and update. The times are those of one image.
/// </summary>
public class TrainingStepBenchmarks
{
    // Forward as in EncoderBenchmarks with 4 more tokens. Backward the same again (frozen weights have no gradients)
    // and 4 n² d more a layer, for attention; the first layer's ends at the prompts.
    private const double Gflop = 65.7;

    private StudentTraining _training = null!;

    /// <summary>Element type of the frozen weights.</summary>
    [Params(ScalarType.Float32, ScalarType.BFloat16)]
    public ScalarType Precision { get; set; }

    /// <summary>Draws weights, images and the teacher's features.</summary>
    [GlobalSetup]
    public void Prepare() => _training = StudentTraining.Make(Precision);

    /// <summary>Frees everything.</summary>
    [GlobalCleanup]
    public void Free() => _training.Dispose();

    /// <summary>Forward, backward, update.</summary>
    /// <returns>The loss.</returns>
    [Benchmark(OperationsPerInvoke = StudentTraining.Images)]
    [Gflop(Gflop)]
    public double Step() => _training.Step();
}
