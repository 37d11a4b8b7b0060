using BenchmarkDotNet.Attributes;
using PromptKD.Models.Clip;
using PromptKD.Reporting.Benchmarks;
using PromptKD.Runtime;

namespace PromptKD.Benchmarks;

/// <summary>Images to features without gradients: the teacher's side of a step, and inference.</summary>
public class EncoderBenchmarks
{
    private const int StudentBatch = 8, TeacherBatch = 4;

    // An image of n tokens of width d: 24 n d² + 4 n² d in each layer but the last, 4 n d² in that one (keys and
    // values; the rest is for one token), and the patches' projection.
    private const double VitB16Gflop = 32.6, VitL14Gflop = 156.3;

    private ImageEncoder _vitB16 = null!;
    private ImageEncoder _vitL14 = null!;
    private Tensor _images = null!;

    /// <summary>Element type of the weights.</summary>
    [Params(ScalarType.Float32, ScalarType.BFloat16)]
    public ScalarType Precision { get; set; }

    /// <summary>Draws weights and images.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        _vitB16 = RandomTower.Make(ClipArchitecture.VitB16, Precision);
        _vitL14 = RandomTower.Make(ClipArchitecture.VitL14, Precision);
        _images = randn(StudentBatch, 3, 224, 224);
    }

    /// <summary>Frees weights and images.</summary>
    [GlobalCleanup]
    public void Free()
    {
        _vitB16.Dispose();
        _vitL14.Dispose();
        _images.Dispose();
    }

    /// <summary>ViT-B/16, 8 images at a time; the time is that of one image.</summary>
    [Benchmark(OperationsPerInvoke = StudentBatch)]
    [Gflop(VitB16Gflop)]
    public void VitB16() => Encode(_vitB16, StudentBatch);

    /// <summary>ViT-L/14, 4 images at a time; the time is that of one image.</summary>
    [Benchmark(OperationsPerInvoke = TeacherBatch)]
    [Gflop(VitL14Gflop)]
    public void VitL14() => Encode(_vitL14, TeacherBatch);

    private void Encode(ImageEncoder encoder, int batch)
    {
        using var pause = CollectionPause.Begin();
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        encoder.forward(_images.narrow(0, 0, batch), prompts: null);
    }
}
