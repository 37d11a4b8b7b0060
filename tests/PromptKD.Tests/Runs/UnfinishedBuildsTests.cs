using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Features.Store;
using PromptKD.Golden;
using PromptKD.Methods;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Tests.Methods;
using PromptKD.Tests.Runs.Distill;

namespace PromptKD.Tests.Runs;

/// <summary>A build that fails half way keeps no tensor, and frees the teacher that it was given.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class UnfinishedBuildsTests : IDisposable
{
    private static readonly string s_longName = string.Concat(Enumerable.Repeat("star ", 80)).Trim();

    private readonly DistillingRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Of_a_run_whose_class_name_is_too_long() => LeavesNothing(
        "is too long", _runs.Config(options: ["DISTILL.CLASSES", $"['cat', '{s_longName}']"]));

    [Fact]
    public void Of_a_run_whose_teachers_prompts_are_another_clips() => LeavesNothing(
        "",
        _runs.Config(options:
        [
            "DISTILL.TEACHER_PROMPTS",
            Path.Combine(
                ProjectFolder.Golden, "11-checkpoints", "teacher_promptsrc", "VLPromptLearner", "model-best.pth.tar"),
        ]));

    [Fact]
    public void Of_a_run_whose_store_lacks_shards()
    {
        string store = _runs.Output("store");
        ExperimentConfig config = _runs.Config(options: ["DISTILL.STORE", store, "DISTILL.VIEWS", "1"]);
        TeacherStoring.Fill(config, StorePart.Whole, cancellationToken: TestContext.Current.CancellationToken);
        File.Delete(Directory.GetFiles(Path.Combine(store, "shards")).First());

        LeavesNothing("", config);
    }

    [Theory]
    [InlineData("CoOp")]
    [InlineData("CoCoOp")]
    [InlineData("MaPLe")]
    [InlineData("IVLP")]
    [InlineData("PromptSRC")]
    public void Of_a_method_whose_class_name_is_too_long(string trainer)
    {
        using var methods = new TinyMethods();
        ExperimentConfig config = new ExperimentConfig().MergeOverrides(["TRAINER.NAME", trainer, "SEED", "1"]);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        using (ClipCheckpoint clip = ClipCheckpoint.Open(methods.WeightFile))
        {
            var error = Assert.Throws<PromptKDException>(() => GoldenMethod.Build(
                config, clip, methods.Tokenizer, ["a", s_longName], new ComputeTarget(CPU, ScalarType.Float32)));
            Assert.Contains("too long", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_teacher_is_freed_where_the_student_is_a_ResNet()
    {
        string file = Path.Combine(_runs.Folder, "resnet.safetensors");
        using (NewDisposeScope())
        {
            SafetensorsFile.Write(file, [.. TinyResNet.Weights(TinyResNet.Architecture)]);
        }

        using var teacher = new CountedTeacher();
        using ClipCheckpoint clip = ClipCheckpoint.Open(file);

        Assert.Throws<PromptKDException>(() => PromptKDMethod.Build(new MethodInputs
        {
            Config = DistillPreset.Config,
            Clip = clip,
            ClassNames = ["a"],
            Target = new ComputeTarget(CPU, ScalarType.Float32),
            Tokenizer = new(() => throw new InvalidOperationException("A student reads no text.")),
            Teacher = teacher,
        }));

        Assert.Equal(1, teacher.Disposals);
    }

    private static void LeavesNothing(string message, ExperimentConfig config)
    {
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        var error = Assert.Throws<PromptKDException>(() => DistillingRuns.Distil(config));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    /// <summary>Counts how often it is freed.</summary>
    private sealed class CountedTeacher : ITeacher
    {
        public int Disposals { get; private set; }

        public ClassVectors ClassVectors => throw new NotSupportedException();

        public IReadOnlyList<Teacher> Members => throw new NotSupportedException();

        public TeacherCombination? Combination => null;

        public IReadOnlyList<Preprocessing> Preparations => [];

        public Tensor Scores(Batch batch) => throw new NotSupportedException();

        public void Dispose() => Disposals++;
    }
}
