using BenchmarkDotNet.Attributes;
using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Reporting.Benchmarks;
using RandomClip;

namespace PromptKD.Benchmarks;

/// <summary>JPEG files of 500×375 pixels to [3, 224, 224], normalised; the times are those of one picture.</summary>
public class ImagePipelineBenchmarks
{
    private const int Size = 224;
    private const int Pictures = 64;

    private readonly ViewGenerator _views = new(Seed: 1);
    private readonly float[] _target = new float[3 * Size * Size];
    private PictureReader _reader = null!;
    private PictureLoader _loader = null!;
    private string _folder = null!;
    private string[] _paths = null!;

    /// <summary>Draws the pictures.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        _folder = Directory.CreateTempSubdirectory().FullName;
        _paths = [.. RandomPictures.Write(_folder, Pictures, seed: 1)];
        var preprocessing = new Preprocessing { Size = Size };
        _reader = new PictureReader([preprocessing]);
        _loader = new PictureLoader([.. _paths.Select(path => new PictureItem(path))], preprocessing);
    }

    /// <summary>Deletes the pictures.</summary>
    [GlobalCleanup]
    public void Free() => Directory.Delete(_folder, recursive: true);

    /// <summary>Decode, resize the short side, cut out the middle, normalise: one thread.</summary>
    [Benchmark(OperationsPerInvoke = Pictures)]
    public void MiddleOfPicture()
    {
        foreach (string path in _paths)
        {
            _reader.Read(new FileBytes(path), view: null, _ => _target);
        }
    }

    /// <summary>Decode, resize a random crop, flip half of them, normalise: one thread.</summary>
    [Benchmark(OperationsPerInvoke = Pictures)]
    public void RandomView()
    {
        for (int item = 0; item < _paths.Length; item++)
        {
            int number = item;
            _reader.Read(
                new FileBytes(_paths[item]),
                (width, height) => _views.Draw(number, view: 0, width, height),
                _ => _target);
        }
    }

    /// <summary>Random views as batches of 8, with as many threads as the loader takes by itself.</summary>
    [Benchmark(OperationsPerInvoke = Pictures)]
    public void WholeLoader()
    {
        var plan = new LoadPlan { Order = EpochOrder.Sequential(Pictures), BatchSize = 8, Views = _views };
        foreach (Batch batch in _loader.Load(plan))
        {
            batch.Dispose();
        }
    }
}
