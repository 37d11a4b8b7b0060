using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Runtime;

namespace PromptKD.Teachers;

/// <summary>
/// How the class probabilities of several teachers become one teacher's: p = Σ w · softmax(logits / T). Ours: PromptKD
/// has one teacher.
/// </summary>
internal sealed record TeacherCombination
{
    private TeacherCombination(IReadOnlyList<double>? weights) => Weights = weights;

    /// <summary>
    /// Weighs each picture anew: a teacher's weight is in proportion to the probability that it gives, at the
    /// temperature of the loss, to its own best class.
    /// </summary>
    public static TeacherCombination ByConfidence { get; } = new(weights: null);

    /// <summary>One a teacher, 0–1, with sum 1; null where confidence decides.</summary>
    public IReadOnlyList<double>? Weights { get; }

    /// <summary>How a configuration wants so many teachers to be combined; null for one.</summary>
    public static TeacherCombination? Of(DistillConfig distill, int teachers) =>
        teachers == 1 ? null
        : distill.TeacherWeighting == TeacherList.Confidence ? ByConfidence
        : ByWeights(distill.TeacherWeights.Count > 0 ? distill.TeacherWeights : [.. Enumerable.Repeat(1.0, teachers)]);

    /// <summary>Weighs all pictures alike.</summary>
    /// <param name="weights">One a teacher, not negative, with a positive sum, by which they are divided.</param>
    public static TeacherCombination ByWeights(IReadOnlyList<double> weights)
    {
        double sum = weights.Sum();
        return new TeacherCombination([.. weights.Select(weight => weight / sum)]);
    }

    /// <summary>Logits whose softmax at the temperature is the combined probability: T · log p.</summary>
    /// <param name="logits">Of each teacher, [batch, classes], without gradient.</param>
    /// <param name="temperature">That of the loss; positive.</param>
    /// <returns>[batch, classes].</returns>
    public Tensor Combine(IReadOnlyList<Tensor> logits, double temperature)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logProbabilities = stack(logits).Over(temperature).log_softmax(-1); // [teachers, batch, classes]
        Tensor logWeights = Weights is null
            ? logProbabilities.amax([-1], keepdim: true).log_softmax(0) // [teachers, batch, 1]
            : tensor([.. Weights], logProbabilities.dtype, logProbabilities.device).log().view(-1, 1, 1);
        return logProbabilities.Plus(logWeights).logsumexp(0).Times(temperature).MoveToOuterDisposeScope();
    }
}
