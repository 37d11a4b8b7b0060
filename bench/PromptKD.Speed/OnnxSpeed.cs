using System.Globalization;
using PromptKD.Export;
using PromptKD.Export.Onnx;
using PromptKD.Runtime;

namespace PromptKD.Speed;

/// <summary>
/// The same student in libtorch and in ONNX Runtime, in one process. Contenders take turns, so that a disturbance meets
/// all of them; each is given every core.
/// </summary>
/// <param name="files">All written.</param>
/// <param name="rounds">Turns of each.</param>
internal sealed class OnnxSpeed(OnnxFiles files, int rounds)
{
    private const string Reference = "torch float32";
    private const string Bare = "PyTorch's graph";
    private const string Ours = "ONNX float32";
    private const int LargestBatch = 8;

    // A thread pool of the runtime looks for work a while after it has done its own: that of another contender.
    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(30);

    private static readonly string[] s_outputs =
        [OnnxDescription.Logits, OnnxDescription.Probabilities, OnnxDescription.Features];

    /// <summary>Measures and prints.</summary>
    public void Measure()
    {
        if (File.Exists(files.Torch))
        {
            SayHowNear();
        }

        foreach (int batch in (int[])[1, LargestBatch])
        {
            CompareGraphs(batch);
        }

        OnnxService.Measure(files, rounds);
    }

    // Whether both graphs are of the same weights.
    private void SayHowNear()
    {
        StudentManifest manifest = StudentPackage.ReadManifest(files.Package);
        using var student = StudentPackage.Read(files.Package, manifest, new ComputeTarget(CPU, ScalarType.Float32));
        using var pictures = ParityPictures.Drawn(TrueSize.Student.ImageSize, count: 1);
        using OnnxSession theirs = OnnxSession.Open(files.Torch), ours = OnnxSession.Open(files.Floats);
        var programs = new TwoPrograms(student, manifest);
        float[] expected = programs.AskGraph(theirs, OnnxInput.Normalised, [pictures.Windows[0]]).Logits;
        float[] found = programs.AskGraph(ours, OnnxInput.Pixels, [pictures.Windows[0]]).Logits;
        Write(
            $"{Bare}: logits within {expected.Zip(found).Max(pair => Math.Abs(pair.First - pair.Second)):g2} of ours");
    }

    private void CompareGraphs(int batch)
    {
        List<IDisposable> open = [];
        (string Name, Action Run)[] contenders = [.. Contenders(batch, open)];
        Dictionary<string, List<double>> seconds = contenders.ToDictionary(one => one.Name, _ => new List<double>());
        foreach ((string _, Action run) in contenders)
        {
            run();
        }

        for (int round = 0; round < rounds; round++)
        {
            foreach ((string name, Action run) in contenders)
            {
                Thread.Sleep(s_rest);
                seconds[name].Add(Timing.Seconds(run));
            }
        }

        open.ForEach(one => one.Dispose());
        Print(batch, seconds);
    }

    private IEnumerable<(string Name, Action Run)> Contenders(int batch, List<IDisposable> open)
    {
        int size = TrueSize.Student.ImageSize;
        var random = new Random(1);
        byte[] bytes = new byte[batch * size * size * 3];
        random.NextBytes(bytes);
        float[] floats = [.. bytes.Select(level => (level - 127.5f) / 64)];
        yield return (Reference, Torch(ScalarType.Float32));
        yield return ("torch bfloat16", Torch(ScalarType.BFloat16));
        if (File.Exists(files.Torch))
        {
            yield return (Bare, Session(files.Torch, OnnxInput.Normalised.Name, floats, [batch, 3, size, size]));
        }

        foreach ((string name, string path) in new[]
        {
            (Ours, files.Floats), ("ONNX int8", files.Dynamic), ("ONNX int8, calibrated", files.Static),
        })
        {
            yield return (name, Session(path, OnnxInput.Pixels.Name, bytes, [batch, size, size, 3]));
        }

        Action Torch(ScalarType type)
        {
            StudentManifest manifest = StudentPackage.ReadManifest(files.Package);
            var student = StudentPackage.Read(files.Package, manifest, new ComputeTarget(CPU, type));
            Tensor images = tensor(floats).view(batch, 3, size, size);
            open.AddRange([student, images]);
            return () => student.Classify(images).softmax(-1).Dispose();
        }

        Action Session<T>(string path, string input, T[] values, long[] shape)
            where T : unmanaged
        {
            OnnxSession session = OnnxSession.Open(path);
            open.Add(session);
            return () => session.Run(input, values, shape, s_outputs);
        }
    }

    // A ratio is the median of those of each round, whose times were taken one after the other.
    private static void Print(int batch, Dictionary<string, List<double>> seconds)
    {
        string? bare = seconds.ContainsKey(Bare) ? Bare : null;
        Console.WriteLine();
        Write($"{$"batch of {batch}",-21} {"ms a picture",13} {"fastest",8} {"x torch",8} {"x PyTorch's",12} {"x float32",10}");
        foreach ((string name, List<double> own) in seconds)
        {
            double middle = 1000 * Timing.Median(own) / batch, least = 1000 * own.Min() / batch;
            Write(
                $"{name,-21} {middle,13:0.0} {least,8:0.0} {Faster(Reference, own),8} {Faster(bare, own),12} {Faster(Ours, own),10}");
        }

        string Faster(string? than, List<double> own) => than is null ? "-" : string.Create(
            CultureInfo.InvariantCulture,
            $"{Timing.Median([.. seconds[than].Zip(own, (other, one) => other / one)]):0.00}");
    }

    private static void Write(FormattableString line) =>
        Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
