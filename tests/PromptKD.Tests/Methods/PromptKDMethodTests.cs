using PromptKD.Data.Loading;
using PromptKD.Features;
using PromptKD.Methods;
using PromptKD.Models.Prompts;
using PromptKD.Teachers;

namespace PromptKD.Tests.Methods;

public sealed class PromptKDMethodTests
{
    private const double LossWeight = 3;
    private const double PromptRateFactor = 0.25;
    private const double Temperature = 2;
    private const double StudentScale = 10;
    private const double TeacherScale = 20;

    [Fact]
    public void Compares_student_and_teacher_each_with_its_own_scale()
    {
        using DisposeScope scope = NewDisposeScope();
        using PromptKDMethod method = MakeMethod();
        using Batch batch = MakeBatch();
        method.SetTraining(false);

        StepOutcome outcome = method.Loss(batch);

        using var teacher = new RandomTeacher();
        Tensor vectors = method.Distilled.ClassVectors.Vectors;
        Tensor student = (StudentScale / Temperature) * method.Distilled.Student.ImageFeatures(
            batch.Images).matmul(vectors.t());
        Tensor asked = (TeacherScale / Temperature) * teacher.Of(batch).matmul(vectors.t());
        Tensor divergence = (asked.softmax(-1) * (asked.log_softmax(-1) - student.log_softmax(-1))).mean();
        Tensor expected = LossWeight * Temperature * Temperature * divergence;
        TensorAssert.Near(expected, outcome.Loss, 1e-5);
        Assert.Equal(
            asked.argmax(1).eq(student.argmax(1)).sum().item<long>(), outcome.Matches.item<long>());
    }

    [Fact]
    public void Noise_is_added_before_the_projector_while_it_learns_and_never_else()
    {
        using DisposeScope scope = NewDisposeScope();
        using PromptKDMethod method = MakeMethod(noise: 0.5);
        using Batch batch = MakeBatch();
        Student student = method.Distilled.Student;
        Tensor seen = student.TowerFeatures(batch.Images);
        Tensor noisy = method.Settings.Noise.On(seen, batch);
        method.SetTraining(false);

        Tensor learned = method.Loss(batch).Loss;

        TensorAssert.Near(method.Compare(batch, student.Project(noisy)).Loss, learned, 1e-6);
        TensorAssert.Near(method.CompareTower(batch, seen).Loss, learned, 1e-6);
        Tensor plain = student.Project(seen);
        Assert.InRange(
            (learned - method.Compare(batch, plain).Loss).abs().item<float>(), 1e-5, float.MaxValue);
        TensorAssert.SameBytes(plain, student.ImageFeatures(batch.Images));
        TensorAssert.Near(
            StudentScale * plain.matmul(method.Distilled.ClassVectors.Vectors.t()), method.Classify(batch.Images), 1e-5);
    }

    [Fact]
    public void A_layer_s_weights_learn_by_its_width_and_nothing_else_does()
    {
        using PromptKDMethod method = MakeMethod(rateWidth: 12);

        Assert.All(method.Trainable, named => Assert.Equal(
            named.Key switch
            {
                "VPT_image_trans.conv1.0.weight" => 12.0 / named.Value.shape[1],
                "VPT_image_trans.conv1.3.weight" => 12.0 / 6,
                _ when named.Key.StartsWith("VPT_image_trans", StringComparison.Ordinal) => 1,
                _ => PromptRateFactor,
            },
            method.RateFactor(named.Key)));
        using ProjectorStart start = method.Start(new RandomTeacher());
        Assert.All(start.Trainable, named => Assert.Equal(
            method.RateFactor(named.Key), ((ITrainedMethod)start).RateFactor(named.Key)));
        Assert.Contains(start.Trainable, named => start.RateFactor(named.Key) == 2);
    }

    [Fact]
    public void Learns_from_several_teachers_each_in_its_own_space_with_its_own_scale()
    {
        const double SecondScale = 5;
        using DisposeScope scope = NewDisposeScope();
        var second = new FixedTeacher(nn.functional.normalize(TinyClip.Random(90, 4, 9), dim: -1));
        var vectors = new ClassVectors(
            ["a", "b", "c", "d"], nn.functional.normalize(TinyClip.Random(91, 4, 9), dim: -1), SecondScale);
        using PromptKDMethod method = MakeMethod(new CombinedTeacher(
            [FirstTeacher(new RandomTeacher()), new Teacher(vectors, second)],
            TeacherCombination.ByWeights([0.25, 0.75]),
            Temperature));
        using Batch batch = MakeBatch();
        method.SetTraining(false);

        StepOutcome outcome = method.Loss(batch);

        using var first = new RandomTeacher();
        Tensor shared = method.Distilled.ClassVectors.Vectors;
        Tensor ofFirst = ((TeacherScale / Temperature) * first.Of(batch).matmul(shared.t())).softmax(-1);
        Tensor ofSecond = ((SecondScale / Temperature) * second.Features.matmul(vectors.Vectors.t())).softmax(-1);
        Tensor asked = (0.25 * ofFirst) + (0.75 * ofSecond);
        Tensor student = (StudentScale / Temperature) * method.Distilled.Student.ImageFeatures(
            batch.Images).matmul(shared.t());
        Tensor divergence = (asked * (asked.log() - student.log_softmax(-1))).mean();
        TensorAssert.Near(LossWeight * Temperature * Temperature * divergence, outcome.Loss, 1e-5);
        Assert.Equal(asked.argmax(1).eq(student.argmax(1)).sum().item<long>(), outcome.Matches.item<long>());
    }

    [Fact]
    public void A_loss_in_units_of_a_picture_is_that_of_a_class_times_their_number()
    {
        using DisposeScope scope = NewDisposeScope();
        using PromptKDMethod ofClass = MakeMethod(), ofPicture = MakeMethod(isPerPicture: true);
        Tensor asked = TinyClip.Random(1, 3, 4), given = TinyClip.Random(2, 3, 4);

        TensorAssert.Near(4 * ofClass.Compare(asked, given).Loss, ofPicture.Compare(asked, given).Loss, 1e-5);
    }

    [Fact]
    public void Tokens_learn_at_a_rate_of_their_own_and_the_projector_at_the_steps()
    {
        using DisposeScope scope = NewDisposeScope();
        using PromptKDMethod method = MakeMethod();

        Assert.Equal(
            [1, PromptRateFactor],
            method.Trainable.Select(named => method.RateFactor(named.Key)).Distinct().OrderDescending());
        Assert.All(method.Trainable, named => Assert.Equal(
            named.Key.Contains("VPT_image_trans", StringComparison.Ordinal) ? 1 : PromptRateFactor,
            method.RateFactor(named.Key)));
    }

    [Fact]
    public void Classifies_by_scaled_cosines_without_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        using PromptKDMethod method = MakeMethod();
        method.SetTraining(false);
        Tensor images = TinyClip.Images(3);

        Tensor logits = method.Classify(images);

        Tensor cosines = method.Distilled.Student.ImageFeatures(images).matmul(
            method.Distilled.ClassVectors.Vectors.t());
        Assert.False(logits.requires_grad);
        TensorAssert.Near(StudentScale * cosines, logits, 1e-5);
    }

    [Fact]
    public void Leaves_no_tensor_behind()
    {
        using DisposeScope scope = NewDisposeScope();
        using PromptKDMethod method = MakeMethod();
        using Batch batch = MakeBatch();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        (Tensor loss, Tensor matches) = method.Loss(batch);
        loss.Dispose();
        matches.Dispose();
        method.Classify(batch.Images).Dispose();

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Cannot_learn_without_a_teacher()
    {
        using DisposeScope scope = NewDisposeScope();
        using PromptKDMethod method = MakeMethod(FirstTeacher(features: null));
        using Batch batch = MakeBatch();

        Assert.Throws<InvalidOperationException>(() => method.Loss(batch));
    }

    /// <summary>A tiny student that learns four classes from a random teacher.</summary>
    internal static PromptKDMethod MakeMethod(
        ITeacher? teacher = null, bool isPerPicture = false, int rateWidth = 0, double noise = 0) => new(
        TinyClip.Student(),
        StudentScale,
        teacher ?? FirstTeacher(new RandomTeacher()),
        new PromptKDSettings(LossWeight, Temperature)
        {
            IsPerPicture = isPerPicture,
            PromptRateFactor = PromptRateFactor,
            RateWidth = rateWidth,
            Noise = new FeatureNoise(noise, Seed: 3),
        });

    /// <summary>Four random pictures; each number gives others.</summary>
    internal static Batch MakeBatch(int number = 0, int epoch = 0) =>
        new(TinyClip.Images(4, (ulong)((10 * epoch) + number + 40)), null, [0, 1, 2, 3]) { Number = number };

    private static Teacher FirstTeacher(IImageFeatures? features) => new(
        new ClassVectors(
            ["a", "b", "c", "d"], nn.functional.normalize(TinyClip.Random(3, 4, 6), dim: -1), TeacherScale),
        features);

    /// <summary>A teacher that says the same of every batch.</summary>
    private sealed class FixedTeacher(Tensor features) : IImageFeatures
    {
        public Tensor Features => features;

        public Tensor Of(Batch batch) => features.clone();

        public void Dispose() => features.Dispose();
    }
}
