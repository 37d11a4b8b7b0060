using PromptKD.Data;
using PromptKD.Features;
using PromptKD.Methods;

namespace PromptKD.Tests.Methods;

public sealed class PromptKDMethodTests
{
    private const double LossWeight = 3;
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
        Tensor vectors = method.ClassVectors.Vectors;
        Tensor student = (StudentScale / Temperature) * method.Student.ImageFeatures(batch.Images).matmul(vectors.t());
        Tensor asked = (TeacherScale / Temperature) * teacher.Of(batch).matmul(vectors.t());
        Tensor divergence = (asked.softmax(-1) * (asked.log_softmax(-1) - student.log_softmax(-1))).mean();
        Tensor expected = LossWeight * Temperature * Temperature * divergence;
        TensorAssert.Near(expected, outcome.Loss, 1e-5);
        Assert.Equal(
            asked.argmax(1).eq(student.argmax(1)).sum().item<long>(), outcome.Matches.item<long>());
    }

    [Fact]
    public void Classifies_by_scaled_cosines_without_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        using PromptKDMethod method = MakeMethod();
        method.SetTraining(false);
        Tensor images = TinyClip.Images(3);

        Tensor logits = method.Classify(images);

        Tensor cosines = method.Student.ImageFeatures(images).matmul(method.ClassVectors.Vectors.t());
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
        using PromptKDMethod method = MakeMethod(withTeacher: false);
        using Batch batch = MakeBatch();

        Assert.Throws<InvalidOperationException>(() => method.Loss(batch));
    }

    /// <summary>A tiny student that learns four classes from a random teacher.</summary>
    internal static PromptKDMethod MakeMethod(bool withTeacher = true) => new(
        TinyClip.Student(),
        withTeacher ? new RandomTeacher() : null,
        new ClassVectors(
            ["a", "b", "c", "d"], nn.functional.normalize(TinyClip.Random(3, 4, 6), dim: -1), TeacherScale),
        new PromptKDSettings(LossWeight, Temperature, StudentScale));

    /// <summary>Four random pictures; each number gives others.</summary>
    internal static Batch MakeBatch(int number = 0, int epoch = 0) =>
        new(TinyClip.Images(4, (ulong)((10 * epoch) + number + 40)), null, [0, 1, 2, 3]) { Number = number };
}
