using PromptKD.Configuration;
using PromptKD.Evaluation;
using PromptKD.Export;
using PromptKD.Inference;
using PromptKD.Inference.Exports;
using PromptKD.Inference.Predictions;
using PromptKD.Models.Weights;
using PromptKD.Tests.Data;

namespace PromptKD.Tests.Runs.Distill;

/// <summary>
/// Teachers and students of each family with each other: distilled from end to end, gone on with after a stop to the
/// same
/// bytes, and answering the same from their packages.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class FamilyPairsTests : IDisposable
{
    private static readonly string[] s_noTokens = ["TRAINER.PROMPTKD.N_CTX_VISION", "0"];

    private readonly DistillingRuns _runs = new();

    /// <summary>Each teacher with each student.</summary>
    public static TheoryData<string, string> Pairs => new MatrixTheoryData<string, string>(
        ["CLIP", "SigLIP", "EVA", "ONNX"], ["CLIP ViT", "DINOv2", "MobileNetV4", "ONNX"]);

    public void Dispose() => _runs.Dispose();

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Distil_go_on_exactly_and_answer_from_their_package(string teacher, string student)
    {
        ExperimentConfig Config(string run) => Pair(run, teacher, student);
        DistillingRuns.Distil(Config("whole"));
        using (var stop = new CancellationTokenSource())
        {
            Assert.Throws<OperationCanceledException>(
                () => Experiment.Distil(Config("stopped"), new Listener(stop.Cancel), stop.Token));
        }

        DistillingRuns.Distil(Config("stopped"));

        Assert.Equal(_runs.StudentBytes("whole"), _runs.StudentBytes("stopped"));
        string package = Path.Combine(_runs.Output("whole"), "student");
        Assert.Null(StudentPackage.FindFault(package));
        Assert.Equal(FamilyOf(student), StudentPackage.ReadManifest(package).Architecture.Tower?.Family);
        using var first = StudentClassifier.Load(
            package, Computing.OnProcessor, cancellationToken: TestContext.Current.CancellationToken);
        using var second = StudentClassifier.Load(
            Path.Combine(_runs.Output("stopped"), "student"),
            Computing.OnProcessor,
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(Answers(first), Answers(second));
        Assert.All(Answers(first), share => Assert.InRange(share, 0, 1));
        string exported = Path.Combine(_runs.Folder, "student.onnx");
        OnnxExport.Write(
            new OnnxExportRequest { Model = package, Output = exported },
            cancellationToken: TestContext.Current.CancellationToken);
        using var graph = OnnxStudentClassifier.Load(
            exported, cancellationToken: TestContext.Current.CancellationToken);
        Assert.All(Answers(first).Zip(Answers(graph)), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    [Fact]
    public void A_tower_that_learns_with_its_statistics_goes_on_exactly()
    {
        ExperimentConfig Config(string run) => Pair(run, "SigLIP", "MobileNetV4").MergeOverrides(
        [
            "TRAINER.PROMPTKD.TUNE_TOWER", "True", "TRAINER.PROMPTKD.TUNE_LAYERS", "2", "TRAINER.PROMPTKD.BATCH_NORM",
            "moving",
        ]);
        DistillingRuns.Distil(Config("whole"));
        using (var stop = new CancellationTokenSource())
        {
            Assert.Throws<OperationCanceledException>(
                () => Experiment.Distil(Config("stopped"), new Listener(stop.Cancel), stop.Token));
        }

        DistillingRuns.Distil(Config("stopped"));

        Assert.Equal(_runs.StudentBytes("whole"), _runs.StudentBytes("stopped"));
    }

    [Fact]
    public void A_student_of_a_sigmoid_says_when_no_class_fits()
    {
        for (int number = DistillingRuns.Pictures; number < 40; number++)
        {
            File.WriteAllBytes(_runs.Picture(number), TestPictures.Gradient(40 + number, 30));
        }

        ExperimentConfig config = Pair("sigmoid", "SigLIP", "DINOv2").MergeOverrides(["DISTILL.HOLDOUT", "0.5"]);
        DistillingRuns.Distil(config);

        string package = Path.Combine(_runs.Output("sigmoid"), "student");
        StudentManifest manifest = StudentPackage.ReadManifest(package);
        NoneOfThese none = manifest.NoneOfThese!;
        Assert.Equal(manifest.HeldOut!.Student.Pictures, none.Pictures);
        using var student = StudentClassifier.Load(
            package, Computing.OnProcessor, cancellationToken: TestContext.Current.CancellationToken);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        PicturePrediction[] fits = [.. student.ClassifyAll([_runs.Images], cancellationToken: cancellation)];
        Assert.All(fits, one => Assert.InRange(one.Fit!.Value, 0, 1));
        var request = new PredictionRequest { Pictures = [_runs.Images], NoneOfThese = true };
        PredictionSummary summary = PredictionRun.Of(student, request, cancellationToken: cancellation);
        Assert.Equal(fits.Count(one => one.Fit < none.Threshold), summary.Unanswered);
        string exported = Path.Combine(_runs.Folder, "student.onnx");
        OnnxExport.Write(new OnnxExportRequest { Model = package, Output = exported }, cancellationToken: cancellation);
        using var graph = OnnxStudentClassifier.Load(
            exported, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(none, graph.NoneOfThese);
        Assert.Equal(
            fits.Select(one => one.Fit!.Value),
            graph.ClassifyAll([_runs.Images], cancellationToken: cancellation).Select(one => one.Fit!.Value),
            (one, other) => Math.Abs(one - other) < 1e-4);
    }

    [Fact]
    public void An_image_tower_alone_teaches_with_class_vectors_of_a_file()
    {
        using DisposeScope scope = NewDisposeScope();
        string vectors = Path.Combine(_runs.Folder, "vectors.safetensors");
        SafetensorsFile.Write(
            vectors,
            [KeyValuePair.Create("vectors", TinyClip.Random(7, 3, TinyOnnx.Width))],
            new Dictionary<string, string> { ["names"] = "[\"ant\",\"bee\",\"fly\"]", ["logit_scale"] = "30" });
        ExperimentConfig config = Pair("vectors", "ONNX", "DINOv2").MergeOverrides(
        [
            "DISTILL.TEACHER", $"onnx:{TinyOnnx.Tower(Path.Combine(_runs.Folder, "alone"))}", "DISTILL.VOCAB", "",
            "DISTILL.CLASS_VECTORS", vectors,
        ]);
        config = config with { Distill = config.Distill with { Classes = [] } };
        string withoutTexts = Assert.Throws<PromptKDException>(() => DistillingRuns.Distil(
            Pair("texts", "ONNX", "DINOv2").MergeOverrides(["DISTILL.TEACHER", config.Distill.Teacher]))).Message;

        DistillingRuns.Distil(config);

        StudentManifest manifest = StudentPackage.ReadManifest(Path.Combine(_runs.Output("vectors"), "student"));
        Assert.Equal(["ant", "bee", "fly"], manifest.ClassNames);
        Assert.Equal(TinyOnnx.Width, manifest.TeacherEmbedding);
        string digest = FileDigest.Sha256([vectors], stop: TestContext.Current.CancellationToken);
        Assert.Equal(digest, manifest.Inputs["class vectors"]);
        Assert.Contains("it has no text tower", withoutTexts, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TRAINER.PROMPTKD.TUNE_TOWER", "True", "an ONNX graph is frozen as it is")]
    [InlineData("TRAINER.PROMPTKD.N_CTX_VISION", "4", "which has no tokens to put 4 learned ones among")]
    [InlineData("ONNX_PROVIDER", "Nonsense", "There is no execution provider 'Nonsense'")]
    public void What_an_ONNX_student_cannot_do_is_refused(string key, string value, string expected)
    {
        string message = Assert.Throws<PromptKDException>(
            () => DistillingRuns.Distil(Pair("run", "CLIP", "ONNX").MergeOverrides([key, value]))).Message;

        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tower_without_texts_is_no_teacher()
    {
        string dinov2 = TinyTowers.Dinov2(Path.Combine(_runs.Folder, "dinov2"));

        string message = Assert.Throws<PromptKDException>(
            () => DistillingRuns.Distil(_runs.Config("run", "DISTILL.TEACHER", dinov2))).Message;

        Assert.Contains(
            "it has no text tower, so it can be a student, and no teacher", message, StringComparison.Ordinal);
    }

    private static string? FamilyOf(string student) => student switch
    {
        "DINOv2" => "dinov2",
        "MobileNetV4" => "mobilenetv4",
        "ONNX" => "onnx",
        _ => null,
    };

    private IReadOnlyList<double> Answers(FolderClassifier student) =>
        [.. student.ClassifyAll([_runs.Picture(3)], top: 3).SelectMany(one => one.Classes).Select(
            answer => (double)answer.Probability)];

    private ExperimentConfig Pair(string run, string teacher, string student)
    {
        string Folder(string name, Func<string, ulong, string> write)
        {
            string folder = Path.Combine(_runs.Folder, name);
            if (!Directory.Exists(folder))
            {
                write(folder, 1);
            }

            return folder;
        }

        string from = teacher switch
        {
            "SigLIP" => Folder("siglip", TinyTowers.Siglip),
            "EVA" => Folder("eva", TinyTowers.Eva),
            "ONNX" => $"onnx:{Folder("onnx", TinyOnnx.Clip)}",
            _ => _runs.Teacher,
        };
        string to = student switch
        {
            "DINOv2" => Folder("dinov2", TinyTowers.Dinov2),
            "MobileNetV4" => Folder("mobilenetv4", TinyTowers.MobileNetV4),
            "ONNX" => $"onnx:{Folder("tower", TinyOnnx.Tower)}",
            _ => _runs.Student,
        };
        return _runs.Config(run,
        [
            "DISTILL.TEACHER", from, "DISTILL.STUDENT", to,
            "DISTILL.VOCAB", teacher == "CLIP" ? TinyClip.Vocabulary : "",
            .. student is "MobileNetV4" or "ONNX" ? s_noTokens : [],
        ]);
    }
}
