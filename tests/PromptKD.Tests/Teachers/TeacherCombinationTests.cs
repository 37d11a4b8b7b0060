using CsCheck;
using PromptKD.Methods;
using PromptKD.Teachers;

namespace PromptKD.Tests.Teachers;

public sealed class TeacherCombinationTests
{
    private static readonly float s_ln3 = MathF.Log(3);
    private static readonly float s_ln9 = MathF.Log(9);

    [Fact]
    public void Sums_probabilities_with_the_weights_worked_by_hand()
    {
        // (3/4, 1/4) and (1/10, 9/10), with weights 3 and 1 of a sum of 4.
        using DisposeScope scope = NewDisposeScope();
        Tensor first = tensor(new[,] { { s_ln3, 0f } }), second = tensor(new[,] { { 0f, s_ln9 } });

        Tensor combined = TeacherCombination.ByWeights([3, 1]).Combine([first, second], temperature: 1);

        const double Expected = (0.75 * 0.75) + (0.25 * 0.1);
        TensorAssert.Near(tensor(new[,] { { Expected, 1 - Expected } }), combined.softmax(-1), 1e-6);
    }

    [Fact]
    public void Weighs_each_picture_by_the_confidence_of_its_teachers()
    {
        // Picture 0: (3/4, 1/4) and (1/10, 9/10), so weights 75 : 90. Picture 1: (1/2, 1/2) and (3/4, 1/4), so 2 : 3.
        using DisposeScope scope = NewDisposeScope();
        Tensor first = tensor(new[,] { { s_ln3, 0f }, { 7f, 7f } });
        Tensor second = tensor(new[,] { { 0f, s_ln9 }, { s_ln3, 0f } });

        Tensor combined = TeacherCombination.ByConfidence.Combine([first, second], temperature: 1);

        const double Picture0 = ((75 * 0.75) + (90 * 0.1)) / 165, Picture1 = ((2 * 0.5) + (3 * 0.75)) / 5;
        Tensor expected = tensor(new[,] { { Picture0, 1 - Picture0 }, { Picture1, 1 - Picture1 } });
        TensorAssert.Near(expected, combined.softmax(-1), 1e-6);
    }

    [Fact]
    public void Combines_the_probabilities_at_the_temperature_of_the_loss()
    {
        // At temperature 2, logits of 2 ln 3 and 2 ln 9 give the probabilities of ln 3 and ln 9.
        using DisposeScope scope = NewDisposeScope();
        Tensor first = tensor(new[,] { { 2 * s_ln3, 0f } }), second = tensor(new[,] { { 0f, 2 * s_ln9 } });

        Tensor combined = TeacherCombination.ByWeights([1, 1]).Combine([first, second], temperature: 2);

        const double Expected = (0.75 + 0.1) / 2;
        TensorAssert.Near(tensor(new[,] { { Expected, 1 - Expected } }), combined.div(2).softmax(-1), 1e-6);
    }

    [Fact]
    public void Asks_with_all_weight_on_one_teacher_for_what_that_teacher_says() =>
        Gen.Select(Gen.Float[-60, 60].Array[6], Gen.Float[-60, 60].Array[6], Gen.Double[0.5, 8]).Sample(
            (one, other, temperature) =>
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor first = tensor(one).view(2, 3), second = tensor(other).view(2, 3);

                Tensor combined = TeacherCombination.ByWeights([1, 0]).Combine([first, second], temperature);

                TensorAssert.Near((first / temperature).softmax(-1), (combined / temperature).softmax(-1), 1e-5);
                Assert.Equal(0, DistillationLoss.Compute(first, combined, temperature).item<float>(), tolerance: 1e-3);
            },
            iter: 100);

    [Fact]
    public void Stays_finite_where_one_teacher_excludes_a_class()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor sure = tensor(new[,] { { 0f, -1000f } });

        Tensor combined = TeacherCombination.ByConfidence.Combine([sure, sure], temperature: 1);

        TensorAssert.Near(sure, combined, 1e-3);
    }

    [Fact]
    public void Divides_weights_by_their_sum() =>
        Assert.Equal([0.25, 0.75], TeacherCombination.ByWeights([2, 6]).Weights!);

    [Fact]
    public void Frees_every_intermediate_tensor()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = TinyClip.Random(1, 4, 10);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        TeacherCombination.ByConfidence.Combine([logits, logits], temperature: 2).Dispose();
        TeacherCombination.ByWeights([1, 2]).Combine([logits, logits], temperature: 2).Dispose();

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
