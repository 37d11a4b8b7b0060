using System.Runtime.Intrinsics.X86;
using System.Text.Json;
using Onnx;
using PromptKD.Export;
using PromptKD.Export.Onnx;
using PromptKD.Golden;
using PromptKD.Inference.Exports;
using PromptKD.Models.Clip;
using PromptKD.Runtime;
using PromptKD.Tests.Data;
using PromptKD.Tests.Export.Onnx;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Inference.Exports;

/// <summary>
/// ONNX files of packages of every kind: ONNX Runtime's answers against libtorch's and the reference's.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class OnnxExportTests : IDisposable
{
    private static readonly ClipArchitecture s_resNet = TinyResNet.Architecture;

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string Output => Path.Combine(_folder, "student.onnx");

    private string Package => Path.Combine(_folder, "package");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string> Kinds => [.. s_kinds.Keys];

    private static readonly Dictionary<string, TinyPackage> s_kinds = new()
    {
        ["deep prompts"] = new() { Shape = (2, 3, 2) },
        ["prompts at the input"] = new() { Shape = (3, 1, 2) },
        ["more prompts than layers"] = new() { Shape = (2, 9, 2) },
        ["no prompts"] = new() { Shape = (0, 9, 2) },
        ["no layer with prompts"] = new() { Shape = (4, 0, 2) },
        ["prompts rounded to half"] = new() { RoundsPrompts = true },
        ["a projector of one layer"] = new() { Shape = (2, 2, 1) },
        ["a projector of three layers"] = new() { Shape = (2, 2, 3) },
        ["its own space"] = new() { Shape = (2, 2, 0) },
        ["exact GELU"] = new() { Architecture = TinyClip.Architecture with { Activation = ClipActivation.Gelu } },
        ["odd heads"] = new() { Architecture = TinyClip.Architecture with { VisionWidth = 96, VisionHeads = 4 } },
        ["one layer"] = new() { Architecture = TinyClip.Architecture with { VisionLayers = 1 } },
        ["calibrated"] = new() { Temperature = 2.5 },
        ["a ResNet"] = new() { Architecture = s_resNet, Shape = (0, 0, 2) },
        ["a ResNet in its own space"] = new() { Architecture = s_resNet, Shape = (0, 0, 0) },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_student_of_any_kind_answers_as_in_libtorch(string kind)
    {
        s_kinds[kind].Write(Package);

        OnnxExportReport report = Write();

        Assert.Equal((64, "drawn"), (report.Parity.Pictures, report.Parity.Source));
        Assert.Equal([1, 8], report.Parity.Batches.Select(batch => batch.Size));
        Assert.All(report.Parity.Batches, batch =>
        {
            Assert.InRange(batch.LargestProbability, 0, 1e-5);
            Assert.InRange(batch.LargestLogit, 0, 1e-4);
        });
        string beside = File.ReadAllText(Path.ChangeExtension(Output, ".json"));
        Assert.Contains("\"pictures\": 64", beside, StringComparison.Ordinal);
    }

    public static TheoryData<string, bool> Families => new()
    {
        { "siglip", true }, { "eva", true }, { "dinov2", true }, { "mobilenetv4", false }, { "convnext", false },
        { "fastvit", false },
    };

    [Theory]
    [MemberData(nameof(Families))]
    public void A_student_of_another_family_answers_as_in_libtorch(string family, bool takesPrompts)
    {
        new TinyPackage { Model = ModelOf(family), Shape = takesPrompts ? (3, 2, 2) : (0, 0, 2) }.Write(Package);

        OnnxExportReport report = Write();

        Assert.InRange(report.Parity.Largest, 0, 6e-5);
        Assert.All(report.Parity.Batches, batch => Assert.InRange(batch.LargestLogit, 0, 4e-4));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_student_of_any_family_answers_nearly_as_well_in_halves(string family, bool takesPrompts)
    {
        new TinyPackage { Model = ModelOf(family), Shape = takesPrompts ? (3, 2, 2) : (0, 0, 2) }.Write(Package);

        OnnxExportReport report = OnnxExport.Write(
            new OnnxExportRequest { Model = Package, Output = Output, Precision = OnnxPrecision.Fp16 },
            cancellationToken: Stop);

        Assert.InRange(report.Parity.Largest, 1e-6, OnnxParity.HalfLimit);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Linear_layers_of_any_family_compute_in_whole_numbers(string family, bool takesPrompts)
    {
        new TinyPackage { Model = ModelOf(family), Shape = takesPrompts ? (3, 2, 2) : (0, 0, 2) }.Write(Package);
        var request = new OnnxExportRequest { Model = Package, Output = Output, Precision = OnnxPrecision.Int8Dynamic };
        if (family is "mobilenetv4" or "fastvit")
        {
            var error = Assert.Throws<PromptKDException>(() => OnnxExport.Write(request, cancellationToken: Stop));
            Assert.Contains("is made of convolutions", error.Message, StringComparison.Ordinal);
            return;
        }

        OnnxExportReport report = OnnxExport.Write(request, cancellationToken: Stop);

        // Without VNNI, ONNX Runtime's sums of 8-bit products saturate (docs/how-to/onnx.md): there it only has to
        // compute.
        Assert.InRange(report.Parity.Largest, 1e-7, HasVnni() ? 0.1 : 0.5);
    }

    // AVX512_VNNI or AVX-VNNI, by Intel's manual; processors that are no x86 do not saturate.
    private static bool HasVnni() =>
        !X86Base.IsSupported
        || (X86Base.CpuId(7, 0).Ecx & (1 << 11)) != 0
        || (X86Base.CpuId(7, 0).Eax >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 4)) != 0);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string ModelOf(string family)
    {
        string folder = Path.Combine(_folder, family);
        string golden = Path.Combine(ProjectFolder.Golden, "15-towers");
        return family switch
        {
            "siglip" => TinyTowers.Siglip(folder),
            "eva" => TinyTowers.Eva(folder),
            "dinov2" => TinyTowers.Dinov2(folder),
            "mobilenetv4" => TinyTowers.MobileNetV4(folder),
            "convnext" => Path.Combine(golden, "convnext", "open_clip", "open_clip"),
            _ => Path.Combine(golden, "mobileclip", "open_clip", "open_clip"),
        };
    }

    [Fact]
    public void Another_student_is_told_apart()
    {
        new TinyPackage().Write(Package);
        Write();
        string other = new TinyPackage { Temperature = 2.5 }.Write(Path.Combine(_folder, "other"));
        StudentManifest manifest = StudentPackage.ReadManifest(other);
        using var pictures = ParityPictures.Drawn(manifest.Preprocessing.Size);
        using var student = StudentPackage.Read(other, manifest, PromptKD.Runtime.ComputeTarget.Resolve("cpu", "fp32"));

        OnnxParity parity = new ParityCheck(student, manifest, pictures, default).Compare(Output, OnnxInput.Pixels);

        Assert.InRange(parity.Largest, 0.01, 1);
        Assert.InRange(parity.Batches.Max(batch => batch.LargestLogit), 0, 1e-4);
        var error = Assert.Throws<PromptKDException>(
            () => OnnxExport.RefuseOther("x.onnx", parity, OnnxPrecision.Fp32));
        Assert.StartsWith("x.onnx: not written: ONNX Runtime's prob", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OnnxPrecision.Fp32, 0.99e-4, false)]
    [InlineData(OnnxPrecision.Fp32, 1.01e-4, true)]
    [InlineData(OnnxPrecision.Fp16, 0.019, false)]
    [InlineData(OnnxPrecision.Fp16, 0.021, true)]
    [InlineData(OnnxPrecision.Int8Dynamic, 0.9, false)]
    public void A_difference_has_a_limit_in_each_precision(OnnxPrecision precision, double largest, bool isRefused)
    {
        var parity = new OnnxParity(64, "drawn", "1", [new(1, 0, 0, 0), new(8, largest, 0, 0)]);

        Assert.Equal(
            isRefused,
            Record.Exception(() => OnnxExport.RefuseOther("x.onnx", parity, precision)) is PromptKDException);
    }

    [Fact]
    public void A_student_of_the_reference_answers_as_there()
    {
        GoldenCase golden = GoldenCase.FindAll(ProjectFolder.Golden).Single(one => one.Name == "11-checkpoints");
        ClipVocabulary.RequireFor(golden);
        CheckpointExport.Write(new ExportRequest
        {
            Checkpoint = golden.PathOf("student_promptkd/VLPromptLearner/model-best.pth.tar"),
            Student = GoldenClip.Copy(golden, "clip_micro_student.safetensors", _folder),
            ClassNames = golden.ReadNames("classes"),
            Output = Package,
            Teacher = GoldenClip.Copy(golden, "clip_micro_teacher.safetensors", _folder),
            TeacherPrompts = golden.PathOf("teacher_promptsrc/VLPromptLearner/model-best.pth.tar"),
            Vocabulary = ClipVocabulary.Require(),
        }, cancellationToken: TestContext.Current.CancellationToken);
        using DisposeScope scope = NewDisposeScope();
        Tensor images = golden.ReadTensors("inputs.safetensors")["images"].to(ScalarType.Float32).contiguous();

        Write(floats: true);

        using OnnxSession session = OnnxSession.Open(Output);
        float[] logits = session.Run("images", images.data<float>().ToArray(), images.shape, ["logits"])[0];
        Tensor expected = golden.ReadTensors("expected.safetensors")["student.logits_all"];
        TensorAssert.Near(expected, tensor(logits).view(expected.shape), 2e-4);
    }

    [Fact]
    public void The_graph_says_what_it_takes_and_gives()
    {
        new TinyPackage { Temperature = 2.5 }.Write(Package);

        Write();

        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Output));
        Assert.Equal(
            ["pixels: batch 16 16 3", "features: batch 6", "logits: batch 3", "probabilities: batch 3"],
            model.Graph.Input.Concat(model.Graph.Output).Select(Describe));
        Assert.Equal((17L, 8L), (model.OpsetImport.Single().Version, model.IrVersion));
        using var metadata = JsonDocument.Parse(model.MetadataProps.Single(one => one.Key == "promptkd").Value);
        JsonElement root = metadata.RootElement;
        Assert.Equal("blue moon", root.GetProperty("classNames")[1].GetString());
        Assert.Equal(16, root.GetProperty("preprocessing").GetProperty("size").GetInt32());
        Assert.True(root.GetProperty("preprocessing").GetProperty("upright").GetBoolean());
        Assert.Equal(10, root.GetProperty("logitScale").GetDouble());
        Assert.Equal(2.5, root.GetProperty("temperature").GetDouble());
        Assert.Equal("abc", root.GetProperty("inputs").GetProperty("student").GetString());
        Assert.Equal(
            StudentPackage.ReadManifest(Package).Files["student.safetensors"],
            root.GetProperty("package").GetProperty("student.safetensors").GetString());
    }

    [Fact]
    public void Floats_are_taken_where_they_are_asked_for()
    {
        new TinyPackage().Write(Package);

        OnnxExportReport report = Write(floats: true);

        Assert.InRange(report.Parity.Largest, 0, 1e-5);
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Output));
        Assert.Equal("images: batch 3 16 16", Describe(model.Graph.Input.Single()));
        OnnxInput input = report.Model.Input;
        Assert.Equal(("images", "float32", "NCHW"), (input.Name, input.Type, input.Layout));
    }

    [Fact]
    public void The_same_package_gives_the_same_bytes()
    {
        new TinyPackage().Write(Package);
        Write();
        string second = Path.Combine(_folder, "b", "student.onnx");

        OnnxExport.Write(
            new OnnxExportRequest { Model = Package, Output = second },
            cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(File.ReadAllBytes(Output), File.ReadAllBytes(second));
    }

    [Fact]
    public void Pictures_of_a_folder_are_compared_where_there_are_some()
    {
        string[] names = Enumerable.Range(0, 3).Select(number => $"{number}.png").ToArray();
        string pictures = Directory.CreateDirectory(Path.Combine(_folder, "photos")).FullName;
        foreach (string name in names)
        {
            File.WriteAllBytes(Path.Combine(pictures, name), TestPictures.Gradient(40, 30));
        }

        File.WriteAllText(Path.Combine(pictures, "damaged.png"), "no picture");
        new TinyPackage().Write(Package);

        OnnxExportReport report = OnnxExport.Write(
            new OnnxExportRequest { Model = Package, Output = Output, Pictures = pictures },
            cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((3, "photos"), (report.Parity.Pictures, report.Parity.Source));
        Assert.InRange(report.Parity.Largest, 0, 1e-5);
    }

    private static string Describe(ValueInfoProto value) => $"{value.Name}: " + string.Join(
        ' ', value.Type.TensorType.Shape.Dim.Select(one => one.DimParam.Length > 0 ? one.DimParam : $"{one.DimValue}"));

    private OnnxExportReport Write(bool floats = false) =>
        OnnxExport.Write(new OnnxExportRequest { Model = Package, Output = Output, TakesFloats = floats });
}
