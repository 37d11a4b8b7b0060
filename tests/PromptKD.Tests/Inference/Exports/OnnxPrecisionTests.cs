using Onnx;
using PromptKD.Export.Onnx;
using PromptKD.Inference.Exports;
using PromptKD.Models.Prompts;
using PromptKD.Tests.Data;
using PromptKD.Tests.Export.Onnx;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Inference.Exports;

/// <summary>ONNX files in other numbers than 32-bit floats.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class OnnxPrecisionTests : IDisposable
{
    private static readonly string[] s_classes = ["red star", "blue moon", "green sun"];

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string Output => Path.Combine(_folder, "student.onnx");

    private string Package => Path.Combine(_folder, "package");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Halves_are_the_towers_and_the_rest_is_as_exact_as_ever()
    {
        new TinyPackage().Write(Package);

        OnnxExportReport report = Write(new() { Precision = OnnxPrecision.Fp16 });

        Assert.InRange(report.Parity.Largest, 1e-6, 0.01);
        TensorProto[] constants = [.. Read().Graph.Initializer];
        Assert.Equal(10, TypeOf("transformer.resblocks.0.mlp.c_fc.weight")); // FLOAT16
        Assert.Equal(1, TypeOf("class_vectors"));
        Assert.Equal(1, TypeOf($"{Projector.NameOfLinear(0)}.weight"));

        int TypeOf(string name) => constants.Single(one => one.Name == name).DataType;
    }

    [Fact]
    public void A_ResNet_in_halves_answers_as_well()
    {
        new TinyPackage { Architecture = TinyResNet.Architecture, Shape = (0, 0, 2) }.Write(Package);

        Assert.InRange(Write(new() { Precision = OnnxPrecision.Fp16 }).Parity.Largest, 1e-6, 0.01);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Whole_numbers_are_for_the_linear_layers_of_the_tower_alone(bool isStatic)
    {
        new TinyPackage().Write(Package);

        OnnxExportReport report = Write(isStatic
            ? new() { Precision = OnnxPrecision.Int8Static, Calibration = Photos() }
            : new() { Precision = OnnxPrecision.Int8Dynamic });

        Assert.InRange(report.Parity.Largest, 1e-6, 0.1);
        ModelProto model = Read();
        int layers = TinyClip.Architecture.VisionLayers * 6; // Query, key, value, output, and two of the perceptron.
        Assert.Equal(
            layers, model.Graph.Initializer.Count(one => one.Name.EndsWith(".weight/whole", StringComparison.Ordinal)));
        Assert.Contains(model.Graph.Node, node => node.OpType == "LayerNormalization");
        Assert.Equal(
            isStatic ? layers : 0,
            model.Graph.Node.Count(node => node.OpType == "DequantizeLinear" && IsOfWeights(node)));
        Assert.Equal(isStatic ? 0 : layers, model.Graph.Node.Count(node => node.OpType == "MatMulInteger"));
    }

    [Fact]
    public void Labelled_pictures_say_how_many_answers_are_right()
    {
        new TinyPackage().Write(Package);
        foreach (int place in Enumerable.Range(0, 3))
        {
            string folder = Directory.CreateDirectory(Path.Combine(_folder, "labelled", s_classes[place])).FullName;
            File.WriteAllBytes(Path.Combine(folder, "a.png"), TestPictures.Gradient(40 + place, 30));
            File.WriteAllBytes(Path.Combine(folder, "broken.png"), [1, 2, 3]);
        }

        OnnxAccuracy accuracy = Write(new() { Labelled = Path.Combine(_folder, "labelled") }).Accuracy!;

        // Alike as they are, all three get one answer, which is right for one.
        Assert.Equal((3, 100.0), (accuracy.Pictures, accuracy.Agreement));
        Assert.Equal(accuracy.Original, accuracy.Exported);
        Assert.Equal(100.0 / 3, accuracy.Exported, 1e-9);
        Assert.Contains(
            "\"agreement\": 100", File.ReadAllText(Path.ChangeExtension(Output, ".json")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OnnxPrecision.Int8Static, false, "belong together")]
    [InlineData(OnnxPrecision.Fp32, true, "belong together")]
    public void Calibration_and_static_layers_need_each_other(
        OnnxPrecision precision, bool hasPictures, string expected)
    {
        new TinyPackage().Write(Package);

        var error = Assert.Throws<PromptKDException>(
            () => Write(new() { Precision = precision, Calibration = hasPictures ? Photos() : null }));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Output));
    }

    [Fact]
    public void A_ResNet_has_no_layers_for_whole_numbers()
    {
        new TinyPackage { Architecture = TinyResNet.Architecture, Shape = (0, 0, 2) }.Write(Package);

        var error = Assert.Throws<PromptKDException>(() => Write(new() { Precision = OnnxPrecision.Int8Dynamic }));

        Assert.Contains("a ResNet", error.Message, StringComparison.Ordinal);
    }

    private static bool IsOfWeights(NodeProto node) =>
        node.Input[0].EndsWith(".weight/whole", StringComparison.Ordinal);

    private ModelProto Read() => ModelProto.Parser.ParseFrom(File.ReadAllBytes(Output));

    private string Photos()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "photos")).FullName;
        for (int number = 0; number < 5; number++)
        {
            File.WriteAllBytes(Path.Combine(folder, $"{number}.png"), TestPictures.Gradient(30 + (9 * number), 40));
        }

        return folder;
    }

    private OnnxExportReport Write(Wanted wanted) => OnnxExport.Write(
        new OnnxExportRequest
        {
            Model = Package,
            Output = Output,
            Precision = wanted.Precision,
            Calibration = wanted.Calibration,
            Labelled = wanted.Labelled,
        },
        cancellationToken: TestContext.Current.CancellationToken);

    private sealed record Wanted
    {
        public OnnxPrecision Precision { get; init; }

        public string? Calibration { get; init; }

        public string? Labelled { get; init; }
    }
}
