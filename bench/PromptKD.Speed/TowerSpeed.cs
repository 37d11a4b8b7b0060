using System.Globalization;
using Google.Protobuf;
using Onnx;
using PromptKD.Export.Onnx;
using PromptKD.Methods;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Runtime;

namespace PromptKD.Speed;

/// <summary>
/// A teacher of ViT-SO400M's size in libtorch and in ONNX Runtime, and MobileNetV4-small as a student beside ViT-B/16,
/// all with random weights. Contenders take turns in one process; a ratio is the median of those of each round.
/// </summary>
/// <param name="folder">Receives graphs.</param>
/// <param name="rounds">Turns of each.</param>
internal sealed class TowerSpeed(string folder, int rounds)
{
    private const int TeacherBatch = 4;
    private const int StudentBatch = 8;
    private const int Size = 224;
    private const double Deviation = 0.02;

    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(30);

    /// <summary>Measures the teacher, and prints.</summary>
    public void MeasureTeacher()
    {
        Tensor pictures = randn(TeacherBatch, 3, Size, Size);
        float[] pixels = pictures.data<float>().ToArray();
        List<IDisposable> open = [];
        ImageEncoder floats = Random(TowerSizes.So400m, ScalarType.Float32);
        string plain = Write(floats, "floats.onnx", product: null);
        string whole = Write(floats, "int8.onnx", new DynamicProduct());

        // The graphs were 2 GB in memory before they were files, and sessions need that room.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        ImageEncoder halves = Random(TowerSizes.So400m, ScalarType.BFloat16);
        open.AddRange([floats, halves]);
        Compare("teacher", TeacherBatch,
        [
            ("torch float32", () => Torch(floats, pictures)), ("torch bfloat16", () => Torch(halves, pictures)),
            ("ONNX float32", Session(plain)), ("ONNX int8", Session(whole)),
        ]);
        Console.WriteLine($"peak memory {PeakMemory.Gibibytes():0.0} GiB");
        open.ForEach(one => one.Dispose());

        Action Session(string path)
        {
            OnnxSession session = OnnxSession.Open(path);
            open.Add(session);
            return () =>
                session.Run(ClipGraphs.Pixels, pixels, [TeacherBatch, 3, Size, Size], [ClipGraphs.ImageEmbeds]);
        }
    }

    /// <summary>Measures students, and prints.</summary>
    public void MeasureStudents()
    {
        using DistilledStudent small = StudentOf(TowerSizes.MobileNetSmall, prompts: 0);
        using DistilledStudent large = StudentOf(TrueSize.Student, prompts: 4);
        using Tensor one = randn(1, 3, Size, Size), batch = randn(StudentBatch, 3, Size, Size);
        small.Student.train(false);
        large.Student.train(false);
        Compare("inference", 1,
        [
            ("ViT-B/16", () => large.Classify(one).Dispose()),
            ("MobileNetV4-small", () => small.Classify(one).Dispose()),
        ]);
        small.Student.train(true);
        large.Student.train(true);
        Compare("training step", StudentBatch,
        [
            ("ViT-B/16", () => Step(large.Student, batch)), ("MobileNetV4-small", () => Step(small.Student, batch)),
        ]);
    }

    private static DistilledStudent StudentOf(ClipArchitecture architecture, int prompts)
    {
        var shape = new StudentShape(prompts, prompts > 0 ? 9 : 0, TrueSize.Teacher.EmbeddingSize) { TunesTower = prompts == 0 };
        return new DistilledStudent(
            new Student(Random(architecture, ScalarType.Float32), shape),
            TrueSize.RandomClassVectors(100),
            TrueSize.LogitScale);
    }

    // Forward and backward: what differs between students. An optimizer's share is the same for a projector.
    private static void Step(Student student, Tensor pictures)
    {
        using DisposeScope scope = NewDisposeScope();
        student.ImageFeatures(pictures).square().sum().backward();
        foreach (KeyValuePair<string, TorchSharp.Modules.Parameter> learned in student.Trainable)
        {
            learned.Value.grad = null;
        }
    }

    private static void Torch(ImageEncoder tower, Tensor pictures)
    {
        using IDisposable noGradients = no_grad();
        tower.forward(pictures, null).Dispose();
    }

    private static ImageEncoder Random(ClipArchitecture architecture, ScalarType type)
    {
        using IDisposable noGradients = no_grad();
        var tower = ImageEncoder.Create(architecture, type, CPU);
        foreach (Tensor place in tower.state_dict().Values)
        {
            _ = place.dim() > 1 ? place.normal_(0, Deviation) : place.fill_(1);
        }

        foreach (TorchSharp.Modules.Parameter parameter in tower.parameters())
        {
            parameter.requires_grad = false;
        }

        return tower;
    }

    private string Write(ImageEncoder tower, string name, IMatrixProduct? product)
    {
        string path = Path.Combine(folder, name);
        ModelProto model = ClipGraphs.OfImages(tower, product);
        using FileStream file = File.Create(path);
        model.WriteTo(file);
        return path;
    }

    private void Compare(string what, int batch, (string Name, Action Run)[] contenders)
    {
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

        Line($"{what}, batch of {batch}: ms a picture, fastest, times as fast as {contenders[0].Name}, as {contenders[^1].Name}");
        foreach ((string name, List<double> own) in seconds)
        {
            Line($"{name,-20} {1000 * Timing.Median(own) / batch,10:0.0} {1000 * own.Min() / batch,10:0.0} "
                + $"{Ratio(seconds[contenders[0].Name], own),8:0.00} {Ratio(seconds[contenders[^1].Name], own),8:0.00}");
        }
    }

    private static double Ratio(List<double> than, List<double> own) =>
        Timing.Median([.. than.Zip(own, (other, one) => other / one)]);

    private static void Line(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static void Line(string line) => Console.WriteLine(line);
}
