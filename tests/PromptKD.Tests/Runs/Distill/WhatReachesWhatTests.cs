using PromptKD.Configuration.Presets;
using PromptKD.Dassl;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Evaluation;
using PromptKD.Methods;
using PromptKD.Models.Prompts;
using PromptKD.Models.Weights;
using PromptKD.Runs;
using PromptKD.Runs.Distill;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Text;

namespace PromptKD.Tests.Runs.Distill;

/// <summary>
/// What a configuration of <c>distill</c> sets, where it is used: every key that matters has another value than its
/// default. Building a method starts torch's one random generator, so no other test may run beside these.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class WhatReachesWhatTests : IDisposable
{
    private const int Pictures = 11;
    private static readonly string[] s_classes = ["cat", "dog", "owl"];

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public WhatReachesWhatTests()
    {
        TinyClip.Write(TeacherFile, TinyClip.Architecture with { EmbeddingSize = 40 }, seed: 1);
        TinyClip.Write(StudentFile, TinyClip.Architecture, seed: 1000);
        Directory.CreateDirectory(Images);
        for (int number = 0; number < Pictures; number++)
        {
            File.WriteAllBytes(Path.Combine(Images, $"{number:00}.jpg"), OtherThanDefault.Jpeg(number));
        }

        foreach (string name in s_classes)
        {
            string folder = Directory.CreateDirectory(Path.Combine(Validation, name)).FullName;
            File.WriteAllBytes(Path.Combine(folder, "a.jpg"), OtherThanDefault.Jpeg(20 + name[0]));
            File.WriteAllBytes(Path.Combine(folder, "b.jpg"), OtherThanDefault.Jpeg(60 + name[0]));
        }
    }

    private string TeacherFile => Path.Combine(_folder, "teacher.safetensors");

    private string StudentFile => Path.Combine(_folder, "student.safetensors");

    private string Images => Path.Combine(_folder, "pictures");

    private string Validation => Path.Combine(_folder, "validation");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Plan_and_pictures_are_what_the_keys_say()
    {
        using OpenedRun<DistillationReport> opened = Open();

        OtherThanDefault.Check(opened.Plan, opened.Run, Pictures);
        OtherThanDefault.CheckBatches(
            opened.Plan, opened.Run.Inputs.Pictures.Items, isShuffled: true, readsReducedJpeg: true);
        Assert.Equal([16, 16], opened.Run.Inputs.Resolved.Input.Size);
    }

    [Fact]
    public void Pictures_come_in_their_own_order_from_a_sequential_sampler()
    {
        using OpenedRun<DistillationReport> opened = Open("DATALOADER.TRAIN_X.SAMPLER", "SequentialSampler");

        OtherThanDefault.CheckBatches(
            opened.Plan, opened.Run.Inputs.Pictures.Items, isShuffled: false, readsReducedJpeg: true);
    }

    [Fact]
    public void Loss_and_student_are_what_the_keys_say()
    {
        using OpenedRun<DistillationReport> opened = Open();
        using DisposeScope scope = NewDisposeScope();
        var method = (PromptKDMethod)opened.Method;

        Assert.Equal(
            new PromptKDSettings(LossWeight: 30, Temperature: 2.5)
            {
                IsPerPicture = true,
                PromptRateFactor = 0.25,
                RateWidth = 16,
                Noise = new FeatureNoise(0.75, Seed: 7),
            },
            method.Settings);
        Assert.Equal(
            new StudentShape(PromptLength: 3, PromptDepth: 2, TeacherEmbedding: 40, RoundPromptsToHalf: true),
            method.Distilled.Student.Shape);
        Assert.Equal(2, method.Trainable.Count(named => named.Value.shape is [3, 128]));
        Assert.Equal(Scale(StudentFile), method.Distilled.LogitScale, 1e-9);
        Assert.Equal(Scale(TeacherFile), method.Distilled.ClassVectors.LogitScale, 1e-9);
        TensorAssert.SameBytes(
            SafetensorsFile.Read(StudentFile)["visual.conv1.weight"].to(ScalarType.BFloat16),
            method.Distilled.Student.Encoder.state_dict()["conv1.weight"]);
    }

    [Fact]
    public void Class_vectors_are_those_of_the_templates()
    {
        using OpenedRun<DistillationReport> opened = Open();
        using var clip = new FrozenClip(
            ClipCheckpoint.Open(TeacherFile), prompts: null, new ComputeTarget(CPU, ScalarType.BFloat16));

        using ClassVectors expected = clip.ReadClassVectors(
            ClipTokenizer.Load(TinyClip.Vocabulary), s_classes, [new PromptTemplate("a sketch of a {}.")], "", false);

        ClassVectors actual = ((PromptKDMethod)opened.Method).Distilled.ClassVectors;
        Assert.Equal(s_classes, actual.Names);
        TensorAssert.SameBytes(expected.Vectors, actual.Vectors);
    }

    [Fact]
    public void Validation_measures_the_students_pictures_by_base_and_novel_classes()
    {
        using OpenedRun<DistillationReport> opened = Open();
        using var method = new FavouringMethod(s_classes.Length);
        using DisposeScope scope = NewDisposeScope();

        BaseNovelResult result = opened.Validate(method);

        // It takes the first class of those that compete: right for one of three, one of one, one of two.
        Assert.Equal((100.0, 50.0, 6L), (result.Base!.Value, result.Novel!.Value, result.Pictures));
        Assert.Equal(100.0 / 3, result.All, 1e-9);
        Assert.Equal([5, 1], method.BatchSizes);
        IReadOnlyList<PictureItem> items = PictureFolder.Labelled(Validation, s_classes, stop: Stop).Items;
        TensorAssert.SameBytes(OtherThanDefault.Measured(items)[..5], method.FirstBatch!);
    }

    [Fact]
    public void Stored_views_come_again_after_the_last_of_them()
    {
        using OpenedRun<DistillationReport> opened = Open("DISTILL.VIEWS", "2");

        int?[] views = [.. Enumerable.Range(0, 3).Select(epoch =>
        {
            using Batch batch = opened.Plan.Batches(epoch, 2).Single();
            return batch.View;
        })];

        Assert.Equal([0, 1, 0], views);
    }

    [Theory]
    [InlineData("False", false)]
    [InlineData("True", true)]
    public void The_target_is_of_all_views_where_that_is_asked(string allViews, bool isTheSame)
    {
        using OpenedRun<DistillationReport> opened = Open("DISTILL.VIEWS", "2", "DISTILL.TARGET.ALL_VIEWS", allViews);
        using DisposeScope scope = NewDisposeScope();

        Tensor[] asked = [.. Enumerable.Range(0, 2).Select(view =>
            opened.Run.Inputs.Teacher!.Scores(new Batch([], [], labels: null, [0, 1, 2]) { View = view }))];

        Assert.Equal(isTheSame, asked[0].equal(asked[1]).all().item<bool>());
    }

    [Theory]
    [InlineData("DISTILL.TARGET.TEMPERATURE", "2.0")]
    [InlineData("DISTILL.TARGET.BALANCE", "1.0")]
    public void The_target_is_what_the_keys_say(string key, string value)
    {
        using OpenedRun<DistillationReport> plain = Open("DISTILL.VIEWS", "2");
        using OpenedRun<DistillationReport> other = Open("DISTILL.VIEWS", "2", key, value);
        using DisposeScope scope = NewDisposeScope();
        var batch = new Batch([], [], labels: null, [.. Enumerable.Range(0, Pictures)]) { View = 0 };
        Tensor before = plain.Run.Inputs.Teacher!.Scores(batch), asked = other.Run.Inputs.Teacher!.Scores(batch);

        // The teacher's temperature halves; what balance takes off is the same of each picture.
        Tensor expected = key.EndsWith("BALANCE", StringComparison.Ordinal) ? before - (before - asked)[0] : before / 2;
        TensorAssert.Near(expected, asked, 1e-4);
        Assert.False(asked.equal(before).all().item<bool>());
    }

    [Theory]
    [InlineData("0", true)]
    [InlineData("2", false)]
    public void A_teachers_tower_stays_in_memory_where_training_needs_it(string views, bool asksLive)
    {
        using OpenedRun<DistillationReport> opened = Open("DISTILL.VIEWS", views);
        Teacher teacher = Assert.Single(opened.Run.Inputs.Teacher!.Members);
        using DisposeScope scope = NewDisposeScope();
        Assert.True(teacher.HasTower);

        opened.Kind.Prepare(opened.Run, opened.Method);

        Assert.False(teacher.HasTower);
        Assert.Equal(asksLive, teacher.Preparations.Count == 1);
        using Batch batch = opened.Plan.Batches(0, 2).Single();
        batch.MoveTo(CPU, ScalarType.BFloat16);
        Assert.Equal([3, 3], teacher.Scores(batch).shape);
    }

    [Fact]
    public void The_first_values_come_from_the_seed()
    {
        byte[] first = FirstValues(torchSeed: 1, "7"), second = FirstValues(torchSeed: 2, "7");
        byte[] other = FirstValues(torchSeed: 1, "8");

        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public void Initial_weights_are_what_it_classifies_with_before_the_first_step()
    {
        using DisposeScope scope = NewDisposeScope();
        string path = Path.Combine(_folder, "initial.safetensors");
        using OpenedRun<DistillationReport> source = Open();
        SafetensorsFile.Write(
            path, [.. DasslModel.Of("PromptKD").StateOf(source.Method, source.Method.Deployed)]);

        using OpenedRun<DistillationReport> copy = Open("SEED", "8", "MODEL.INIT_WEIGHTS", path);

        Assert.All(source.Method.Deployed.Zip(copy.Method.Deployed), pair =>
            TensorAssert.SameBytes(pair.First.Value, pair.Second.Value));
    }

    private static double Scale(string file) =>
        Math.Exp(SafetensorsFile.Read(file)["logit_scale"].to(ScalarType.Float64).item<double>());

    private byte[] FirstValues(long torchSeed, string seed)
    {
        manual_seed(torchSeed);
        using OpenedRun<DistillationReport> opened = Open("SEED", seed);
        return [.. opened.Method.Trainable.SelectMany(named => named.Value.bytes.ToArray())];
    }

    private OpenedRun<DistillationReport> Open(params string[] options) => new(new DistillKind(
        DistillPreset.Config.MergeOverrides(
        [
            .. OtherThanDefault.Overrides,
            "OUTPUT_DIR", Path.Combine(_folder, Path.GetRandomFileName()),
            "TRAINER.PROMPTKD.KD_WEIGHT", "30", "TRAINER.PROMPTKD.TEMPERATURE", "2.5",
            "TRAINER.PROMPTKD.LOSS_UNIT", "picture", "TRAINER.PROMPTKD.PROMPT_LR_FACTOR", "0.25",
            "TRAINER.PROMPTKD.RATE_WIDTH", "16", "TRAINER.PROMPTKD.FEATURE_NOISE", "0.75",
            "TRAINER.PROMPTKD.N_CTX_VISION", "3", "TRAINER.PROMPTKD.PROMPT_DEPTH_VISION", "2",
            "TRAINER.PROMPTKD.HALF_PROMPTS", "True", "TRAINER.PROMPTKD.TEMPLATES", "['a sketch of a {}.']",
            "TRAINER.PROMPTKD.PREC", "bf16",
            "DISTILL.IMAGES", Images, "DISTILL.VAL", Validation, "DISTILL.CLASSES", "['cat', 'dog', 'owl']",
            "DISTILL.BASE", "1", "DISTILL.TEACHER", TeacherFile, "DISTILL.STUDENT", StudentFile,
            "DISTILL.VOCAB", TinyClip.Vocabulary,
            .. options,
        ])));
}
