using PromptKD.Runtime;
using static TorchSharp.torch.nn;

namespace PromptKD.Methods;

/// <summary>
/// Temperature-scaled KL divergence: T² · KL(softmax(teacher / T) ‖ softmax(student / T)).
/// </summary>
/// <remarks>
/// The KD loss of arXiv 2403.02781, section 3. Like the reference code (PromptKD trainers/promptkd.py), it is
/// averaged over batch × classes, not over the batch, so it is small and the method multiplies it by 200 or 1000.
/// </remarks>
internal static class DistillationLoss
{
    /// <param name="teacherLogits">[batch, classes], before softmax, without gradient.</param>
    /// <param name="studentLogits">[batch, classes], before softmax.</param>
    /// <param name="temperature">Positive; larger values compare softer distributions.</param>
    /// <returns>A scalar, in nats per batch element and class.</returns>
    /// <exception cref="ArgumentException">The two logits differ in shape.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="temperature"/> is not positive.</exception>
    public static Tensor Compute(Tensor teacherLogits, Tensor studentLogits, double temperature)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        if (!teacherLogits.shape.SequenceEqual(studentLogits.shape))
        {
            throw new ArgumentException(
                $"Teacher logits are [{string.Join(", ", teacherLogits.shape)}], "
                + $"student logits [{string.Join(", ", studentLogits.shape)}].",
                nameof(studentLogits));
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor teacher = functional.log_softmax(teacherLogits.Over(temperature), dim: -1);
        Tensor student = functional.log_softmax(studentLogits.Over(temperature), dim: -1);
        Tensor sum = functional.kl_div(student, teacher, reduction: Reduction.Sum, log_target: true);
        return sum.Times(temperature * temperature / studentLogits.numel()).MoveToOuterDisposeScope();
    }
}
