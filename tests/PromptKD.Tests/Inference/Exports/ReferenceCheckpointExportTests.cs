using PromptKD.Export;
using PromptKD.Golden;
using PromptKD.Inference.Exports;
using PromptKD.Methods;
using PromptKD.Runtime;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Inference.Exports;

/// <summary>Packages of the checkpoints that the reference's own programs wrote.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class ReferenceCheckpointExportTests : IDisposable
{
    private static readonly ComputeTarget s_target = new(CPU, ScalarType.Float32);

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Output => Path.Combine(_folder, "package");

    [Theory]
    [InlineData("student_promptkd/VLPromptLearner/model-best.pth.tar", 2e-4)]
    [InlineData("student_promptkd/legacy-format.pth.tar", 2e-4)]
    [InlineData("student_promptkd/gpu-fp16-legacy.pth.tar", 2e-2)]
    public void A_student_of_the_reference_answers_as_there(string file, double tolerance)
    {
        GoldenCase golden = Golden();
        using DisposeScope scope = NewDisposeScope();

        StudentManifest manifest = Write(StudentRequest(golden, file));

        TensorAssert.Near(
            golden.ReadTensors("expected.safetensors")["student.logits_all"],
            Classify(golden.ReadTensors("inputs.safetensors")["images"]),
            tolerance);
        Assert.Equal(
            ("PromptKD", Path.GetFileName(file)), (manifest.Checkpoint!.Method, manifest.Checkpoint.Checkpoint));
        Assert.Equal(["checkpoint", "student", "teacher", "teacher prompts", "vocabulary"], manifest.Inputs.Keys);
    }

    [Fact]
    public void A_teacher_of_the_reference_is_a_classifier_of_its_own()
    {
        GoldenCase golden = Golden();
        using DisposeScope scope = NewDisposeScope();

        StudentManifest manifest = Write(TeacherRequest(golden, "teacher_trained_on"));

        TensorAssert.Near(
            golden.ReadTensors("expected.safetensors")["teacher_as_promptsrc.logits_base"],
            Classify(golden.ReadTensors("inputs.safetensors")["images"]),
            2e-4);
        Assert.Equal((0, "PromptSRC", 2L, 25.0), (
            manifest.ProjectorLayers,
            manifest.Checkpoint!.Method,
            manifest.Checkpoint.Epoch,
            manifest.Checkpoint.ValidationAccuracy));
        Assert.Contains("says 25.0 %", File.ReadAllText(Path.Combine(Output, "README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_classes_than_those_learned_are_for_whoever_asks_for_them()
    {
        GoldenCase golden = Golden();
        using DisposeScope scope = NewDisposeScope();
        ExportRequest request = TeacherRequest(golden, "classes");

        var error = Assert.Throws<PromptKDException>(() => Write(request));
        Write(request with { OtherClasses = true });

        Assert.Contains("'AM General Hummer' is none of the 4 classes", error.Message, StringComparison.Ordinal);
        TensorAssert.Near(
            golden.ReadTensors("expected.safetensors")["teacher.logits"],
            Classify(golden.ReadTensors("inputs.safetensors")["images"]),
            2e-4);
    }

    [Fact]
    public void Rounds_prompts_through_float16_where_it_is_asked_for()
    {
        GoldenCase golden = Golden();

        StudentManifest manifest = Write(
            StudentRequest(golden, "student_promptkd/VLPromptLearner/model-best.pth.tar") with
            {
                HalfPrompts = true,
                Upright = true,
                Scale16Bit = true,
            });

        Assert.Equal(
            (true, true, true),
            (manifest.RoundPromptsToHalf, manifest.Preprocessing.Upright, manifest.Preprocessing.Scale16Bit));
    }

    private static StudentManifest Write(ExportRequest request) =>
        CheckpointExport.Write(request, observer: null, TestContext.Current.CancellationToken);

    private Tensor Classify(Tensor images)
    {
        using DistilledStudent student = StudentPackage.Read(Output, StudentPackage.ReadManifest(Output), s_target);
        return student.Classify(images);
    }

    private static GoldenCase Golden()
    {
        GoldenCase golden = GoldenCase.FindAll(ProjectFolder.Golden).Single(one => one.Name == "11-checkpoints");
        ClipVocabulary.RequireFor(golden);
        return golden;
    }

    private ExportRequest StudentRequest(GoldenCase golden, string file) => new()
    {
        Checkpoint = golden.PathOf(file),
        Student = GoldenClip.Copy(golden, "clip_micro_student.safetensors", _folder),
        ClassNames = golden.ReadNames("classes"),
        Output = Output,
        Teacher = GoldenClip.Copy(golden, "clip_micro_teacher.safetensors", _folder),
        TeacherPrompts = golden.PathOf("teacher_promptsrc/VLPromptLearner/model-best.pth.tar"),
        Vocabulary = ClipVocabulary.Require(),
    };

    private ExportRequest TeacherRequest(GoldenCase golden, string classes) => new()
    {
        Checkpoint = golden.PathOf("teacher_promptsrc/VLPromptLearner/model-best.pth.tar"),
        Student = GoldenClip.Copy(golden, "clip_micro_teacher.safetensors", _folder),
        ClassNames = golden.ReadNames(classes),
        Output = Output,
        Vocabulary = ClipVocabulary.Require(),
    };
}
