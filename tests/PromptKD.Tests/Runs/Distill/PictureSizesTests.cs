using PromptKD.Configuration;
using PromptKD.Export;
using PromptKD.Features.Store;
using PromptKD.Inference;
using PromptKD.Inference.Exports;

namespace PromptKD.Tests.Runs.Distill;

/// <summary>Teacher and student, each at another size of pictures than it was made for.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class PictureSizesTests : IDisposable
{
    private readonly DistillingRuns _runs = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData("CLIP ViT", 40)]
    [InlineData("DINOv2", 48)]
    [InlineData("MobileNetV4", 64)]
    public void They_reach_store_package_and_export_and_a_run_goes_on_exactly(string student, int size)
    {
        ExperimentConfig Config(string run) => Pair(run, student, 24, size);
        DistillingRuns.Distil(Config("whole"));
        using (var stop = new CancellationTokenSource())
        {
            Assert.Throws<OperationCanceledException>(
                () => Experiment.Distil(Config("stopped"), new Listener(stop.Cancel), stop.Token));
        }

        DistillingRuns.Distil(Config("stopped"));

        Assert.Equal(_runs.StudentBytes("whole"), _runs.StudentBytes("stopped"));
        Assert.Equal(
            24, TeacherStore.Open(Path.Combine(_runs.Output("whole"), "teacher-store")).Index.Preprocessing.Size);
        string package = Path.Combine(_runs.Output("whole"), "student");
        StudentManifest manifest = StudentPackage.ReadManifest(package);
        Assert.Equal((size, size), (manifest.Architecture.ImageSize, manifest.Preprocessing.Size));
        using var whole = StudentClassifier.Load(package, Computing.OnProcessor, cancellationToken: Stop);
        string exported = Path.Combine(_runs.Folder, "student.onnx");
        OnnxExport.Write(new OnnxExportRequest { Model = package, Output = exported }, cancellationToken: Stop);
        using var graph = OnnxStudentClassifier.Load(exported, cancellationToken: Stop);
        Assert.Equal(size, graph.Preprocessing.Size);
        Assert.All(Answers(whole).Zip(Answers(graph)), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    [Fact]
    public void A_run_or_a_store_of_another_size_is_another_one()
    {
        DistillingRuns.Distil(Pair("run", "CLIP ViT", 24, 0));
        string store = Path.Combine(_runs.Output("run"), "teacher-store");
        ExperimentConfig Stored(int size) => Pair("other", "CLIP ViT", size, 0).MergeOverrides(
            ["DISTILL.STORE", store, "DISTILL.TEACHER", "", "DISTILL.VIEWS", "0"]);

        string other = Refusal(Pair("run", "CLIP ViT", 32, 0));
        string stored = Refusal(Stored(32));
        string without = Refusal(Stored(0).MergeOverrides(["DISTILL.TEACHER", _runs.Teacher]));

        Assert.Contains("TEACHER_PICTURE_SIZE", other, StringComparison.Ordinal);
        Assert.Contains("was made of pictures of 24 pixels, and ", stored, StringComparison.Ordinal);
        Assert.Contains(store, without, StringComparison.Ordinal);
        DistillingRuns.Distil(Stored(24));
    }

    private static string Refusal(ExperimentConfig config) =>
        Assert.Throws<PromptKDException>(() => DistillingRuns.Distil(config)).Message;

    private IReadOnlyList<double> Answers(FolderClassifier student) =>
    [
        .. student.ClassifyAll([_runs.Picture(3)], top: 3, cancellationToken: Stop)
            .SelectMany(one => one.Classes).Select(answer => (double)answer.Probability),
    ];

    private ExperimentConfig Pair(string run, string student, int teacherSize, int studentSize)
    {
        string folder = Path.Combine(_runs.Folder, "student");
        string model = student switch
        {
            "CLIP ViT" => _runs.Student,
            _ when Directory.Exists(folder) => folder,
            "DINOv2" => TinyTowers.Dinov2(folder),
            _ => TinyTowers.MobileNetV4(folder),
        };
        return _runs.Config(run,
        [
            "DISTILL.STUDENT", model, "DISTILL.VIEWS", "2", "DISTILL.TEACHER_PICTURE_SIZE", $"{teacherSize}",
            "DISTILL.STUDENT_PICTURE_SIZE", $"{studentSize}", "DISTILL.VOCAB", TinyClip.Vocabulary,
            "TRAINER.PROMPTKD.N_CTX_VISION", student == "MobileNetV4" ? "0" : "2",
        ]);
    }
}
