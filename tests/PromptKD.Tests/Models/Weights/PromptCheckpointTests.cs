using PromptKD.Golden;
using PromptKD.Models.Clip;
using PromptKD.Models.Weights;

namespace PromptKD.Tests.Models.Weights;

public sealed class PromptCheckpointTests : IDisposable
{
    private static readonly string s_golden = Path.Combine(ProjectFolder.Golden, "11-checkpoints");

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Reads_the_prompts_of_a_teacher_and_its_frozen_weights()
    {
        // case.json of the golden files: depths 2 and 2, 4 and 4 tokens, width 64, epoch 2, 25 %.
        using PromptedWeights teacher = PromptCheckpoint.ReadTeacher(
            Path.Combine(s_golden, "teacher_promptsrc", "VLPromptLearner", "model-best.pth.tar"));

        Assert.Equal([4, 64], teacher.TextContext!.shape);
        Assert.Equal([4, 64], teacher.VisionPrompts!.shape);
        Assert.Single(teacher.DeepTextPrompts);
        Assert.Single(teacher.DeepVisionPrompts);
        Assert.Contains("visual.transformer.resblocks.1.mlp.c_fc.weight", teacher.Overrides.Keys);
        Assert.Contains("ln_final.bias", teacher.Overrides.Keys);
        Assert.DoesNotContain(teacher.Overrides.Keys, name => name.Contains("prompt", StringComparison.Ordinal));
        Assert.Equal((2L, 25.0), (teacher.Epoch, teacher.ValidationResult));
        Assert.Null(teacher.Projector);
    }

    [Fact]
    public void Reads_the_prompts_and_the_projector_of_a_student()
    {
        using PromptedWeights student = PromptCheckpoint.ReadStudent(
            Path.Combine(s_golden, "student_promptkd", "gpu-fp16-legacy.pth.tar"));

        Assert.Null(student.TextContext);
        Assert.Equal((32, 40), (student.Projector!.StudentSize, student.Projector.TeacherSize));
        Assert.Equal(ScalarType.Float16, student.Projector.Tensors["conv1.0.weight"].dtype);
        Assert.Equal(ScalarType.Int64, student.Projector.Tensors["conv1.1.num_batches_tracked"].dtype);
        Assert.Empty(student.Overrides);
    }

    [Fact]
    public void Tells_a_student_from_a_teacher()
    {
        string student = Path.Combine(s_golden, "student_promptkd", "gpu-fp16-legacy.pth.tar");
        string teacher = Path.Combine(s_golden, "teacher_promptsrc", "legacy-format.pth.tar");

        var noTeacher = Assert.Throws<PromptKDException>(() => PromptCheckpoint.ReadTeacher(student));
        var noStudent = Assert.Throws<PromptKDException>(() => PromptCheckpoint.ReadStudent(teacher));

        Assert.Contains("Is it a student's checkpoint?", noTeacher.Message, StringComparison.Ordinal);
        Assert.Contains("Is it a teacher's checkpoint?", noStudent.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("image_encoder.VPT")]
    [InlineData("image_encoder.transformer.resblocks.1.VPT_shallow")]
    public void Names_the_prompts_that_are_missing(string name)
    {
        var error = Assert.Throws<PromptKDException>(() => Read(tensors => tensors.Remove(name)));

        Assert.Contains($"no prompts '{name}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_contexts_that_differ_by_class()
    {
        var error = Assert.Throws<PromptKDException>(
            () => Read(tensors => tensors["prompt_learner.ctx"] = zeros(7, 4, 64)));

        Assert.Contains("'prompt_learner.ctx' is [7, 4, 64]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_teachers_of_other_methods()
    {
        var error = Assert.Throws<PromptKDException>(
            () => Read(tensors => tensors["prompt_learner.bias_vectors"] = zeros(2, 2)));

        Assert.Contains("'prompt_learner.bias_vectors'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_projector_without_its_running_mean()
    {
        string golden = Path.Combine(s_golden, "student_promptkd", "gpu-fp16-legacy.pth.tar");
        string path = Path.Combine(_folder, "student.safetensors");
        using (DisposeScope scope = NewDisposeScope())
        using (CheckpointFile file = CheckpointFile.Open(golden))
        {
            Dictionary<string, Tensor> tensors = TensorEntry.ReadAll(file.Tensors);
            tensors.Remove("VPT_image_trans.conv1.1.running_mean");
            SafetensorsFile.Write(path, [.. tensors]);
        }

        var error = Assert.Throws<PromptKDException>(() => PromptCheckpoint.ReadStudent(path));

        Assert.Contains("running_mean' is missing, not [40]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fits_only_a_CLIP_of_its_widths_and_depths()
    {
        using PromptedWeights teacher = Read(_ => { });
        ClipArchitecture fitting = ClipArchitecture.VitB16 with { VisionWidth = 64, TextWidth = 64, VisionLayers = 3 };

        teacher.CheckFits(fitting);

        var tooWide = Assert.Throws<PromptKDException>(() => teacher.CheckFits(fitting with { TextWidth = 512 }));
        var tooFlat = Assert.Throws<PromptKDException>(() => teacher.CheckFits(fitting with { VisionLayers = 2 }));
        Assert.Contains("needs [4, 512]", tooWide.Message, StringComparison.Ordinal);
        Assert.Contains("3 layers", tooFlat.Message, StringComparison.Ordinal);
    }

    /// <summary>A teacher with text context and vision prompts of depth 3, after some change.</summary>
    private PromptedWeights Read(Action<Dictionary<string, Tensor>> change)
    {
        using DisposeScope scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>
        {
            ["prompt_learner.ctx"] = zeros(4, 64),
            ["prompt_learner.token_prefix"] = zeros(7, 1, 64),
            ["image_encoder.VPT"] = zeros(4, 64),
            ["image_encoder.transformer.resblocks.1.VPT_shallow"] = zeros(4, 64),
            ["image_encoder.transformer.resblocks.2.VPT_shallow"] = zeros(4, 64),
        };
        change(tensors);
        string path = Path.Combine(_folder, "teacher.safetensors");
        SafetensorsFile.Write(path, [.. tensors]);
        return PromptCheckpoint.ReadTeacher(path);
    }
}
