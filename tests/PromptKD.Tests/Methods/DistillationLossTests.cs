using CsCheck;
using PromptKD.Methods;

namespace PromptKD.Tests.Methods;

public sealed class DistillationLossTests
{
    // Teacher (1/2, 1/2), student (3/4, 1/4): KL = 1/2 ln(2/3) + 1/2 ln 2 = ln 2 − ln(3) / 2, over 2 entries.
    private const double ByHand = ((1 * 0.69314718055994531) - (1.09861228866810969 / 2)) / 2;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 4)]     // Logits of twice the size give the same probabilities; T² = 4 remains.
    [InlineData(0.5, 0.25)]
    public void Matches_a_value_worked_by_hand(double temperature, double factor)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor teacher = tensor(new[,] { { 0f, 0f } });
        Tensor student = tensor(new[,] { { (float)(temperature * Math.Log(3)), 0f } });

        float loss = DistillationLoss.Compute(teacher, student, temperature).item<float>();

        Assert.Equal(factor * ByHand, loss, tolerance: 1e-6);
    }

    [Fact]
    public void Is_averaged_over_batch_and_classes()
    {
        // The second row agrees: it halves the mean.
        using DisposeScope scope = NewDisposeScope();
        Tensor teacher = tensor(new[,] { { 0f, 0f }, { 1f, 2f } });
        Tensor student = tensor(new[,] { { MathF.Log(3), 0f }, { 5f, 6f } });

        Assert.Equal(ByHand / 2, DistillationLoss.Compute(teacher, student, 1).item<float>(), tolerance: 1e-6);
    }

    [Fact]
    public void Has_the_gradient_worked_by_hand()
    {
        // d KL / d student = (student − teacher) / entries = (3/4 − 1/2, 1/4 − 1/2) / 2.
        using DisposeScope scope = NewDisposeScope();
        Tensor student = tensor(new[,] { { MathF.Log(3), 0f } }, requires_grad: true);

        DistillationLoss.Compute(zeros(1, 2), student, 1).backward();

        TensorAssert.Near(tensor(new[,] { { 0.125f, -0.125f } }), student.grad!, 1e-6);
    }

    [Fact]
    public void Is_never_negative_and_zero_for_equals() =>
        Gen.Select(Gen.Float[-30, 30].Array[6], Gen.Float[-30, 30].Array[6], Gen.Double[0.5, 8]).Sample(
            (teacherLogits, studentLogits, temperature) =>
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor teacher = tensor(teacherLogits).view(2, 3), student = tensor(studentLogits).view(2, 3);

                // Float32 sums of numbers up to 60 may fall this far below zero.
                Assert.True(DistillationLoss.Compute(teacher, student, temperature).item<float>() >= -1e-3);
                Assert.Equal(0, DistillationLoss.Compute(teacher, teacher, temperature).item<float>(), tolerance: 1e-4);
            },
            iter: 300);

    [Fact]
    public void Frees_every_intermediate_tensor()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = TinyClip.Random(1, 4, 10);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        DistillationLoss.Compute(logits, logits, temperature: 1).Dispose();

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Refuses_arguments_without_meaning()
    {
        using DisposeScope scope = NewDisposeScope();

        Assert.Throws<ArgumentOutOfRangeException>(() => DistillationLoss.Compute(zeros(1, 2), zeros(1, 2), 0));
        var error = Assert.Throws<ArgumentException>(() => DistillationLoss.Compute(zeros(1, 2), zeros(1, 3), 1));
        Assert.StartsWith(
            "Teacher logits are [1, 2], student logits [1, 3].", error.Message, StringComparison.Ordinal);
    }
}
