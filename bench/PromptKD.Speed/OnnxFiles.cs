using Onnx;
using PromptKD.Data.Decoding;
using PromptKD.Export;
using PromptKD.Export.Onnx;
using PromptKD.Methods;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Runtime;

namespace PromptKD.Speed;

/// <summary>A student with random weights, as a package and as the graphs that are compared.</summary>
/// <param name="folder">Where they are, or are to be.</param>
/// <param name="architecture">Its sizes; null for the true ones.</param>
internal sealed class OnnxFiles(string folder, ClipArchitecture? architecture = null)
{
    private const int Classes = 100;
    private const int PicturesToCalibrate = 8;

    private readonly ClipArchitecture _architecture = architecture ?? TrueSize.Student;

    /// <summary>The demo's student.</summary>
    public static ClipArchitecture DemoSize { get; } = TrueSize.Student with
    {
        ImageSize = 32,
        PatchSize = 8,
        VisionWidth = 64,
        VisionLayers = 3,
        VisionHeads = 1,
        EmbeddingSize = 64,
    };

    /// <summary>The student package.</summary>
    public string Package { get; } = Path.Combine(folder, "student");

    /// <summary>Its graph in float32, which takes bytes.</summary>
    public string Floats { get; } = Path.Combine(folder, "float32.onnx");

    /// <summary>In 8 bits, ranges measured in each call.</summary>
    public string Dynamic { get; } = Path.Combine(folder, "int8-dynamic.onnx");

    /// <summary>In 8 bits, ranges measured before.</summary>
    public string Static { get; } = Path.Combine(folder, "int8-static.onnx");

    /// <summary>What bench/torch_graph.py wrote of the same package; takes normalised floats.</summary>
    public string Torch { get; } = Path.Combine(folder, "torch.onnx");

    /// <summary>Writes all but the last.</summary>
    public void Write()
    {
        using DistilledStudent distilled = Draw();
        WholeFolder.Create(Package, inside => StudentPackage.Write(inside, distilled, Manifest));
        StudentManifest manifest = StudentPackage.ReadManifest(Package);
        using var pictures = ParityPictures.Drawn(_architecture.ImageSize, PicturesToCalibrate);
        Write(Floats, OnnxPrecision.Fp32, new FloatProduct());
        Write(Dynamic, OnnxPrecision.Int8Dynamic, new DynamicProduct());
        Write(Static, OnnxPrecision.Int8Static, new StaticProduct(
            MeasuredRanges.Of(distilled, manifest, pictures, CancellationToken.None)));

        void Write(string path, OnnxPrecision precision, IMatrixProduct product)
        {
            var description = StudentGraph.Describe(manifest, OnnxInput.Pixels, precision);
            ModelProto model = new StudentGraph(distilled, manifest).Build(description, product);
            OnnxFile.Write(path, model, (_, files) => SealedJson.Write(
                new OnnxExportReport(description, new OnnxParity(0, "none", OnnxSession.RuntimeVersion, []), files),
                OnnxJson.Indented.OnnxExportReport));
        }
    }

    private StudentManifest Manifest => new()
    {
        Architecture = _architecture,
        PromptLength = TrueSize.StudentShape.PromptLength,
        PromptDepth = TrueSize.StudentShape.PromptDepth,
        ProjectorLayers = TrueSize.StudentShape.ProjectorLayers,
        TeacherEmbedding = TrueSize.StudentShape.TeacherEmbedding,
        LogitScale = TrueSize.LogitScale,
        ClassNames = [.. Enumerable.Range(0, Classes).Select(number => $"class {number}")],
        Templates = ["a photo of a {}."],
        Preprocessing = new Preprocessing { Size = _architecture.ImageSize, Upright = true },
        Precision = "fp32",
        Inputs = new Dictionary<string, string>(),
        Training = new StudentTraining(10, 0, 1, TrueSize.BatchSize, TrueSize.LearningRate, 1000, 1, 1, 0.5),
    };

    private DistilledStudent Draw()
    {
        var student = new Student(
            TrueSize.WithRandomWeights(ImageEncoder.Create(_architecture, ScalarType.Float32, CPU)),
            TrueSize.StudentShape);
        student.eval();
        return new DistilledStudent(student, TrueSize.RandomClassVectors(Classes), TrueSize.LogitScale);
    }
}
