namespace PromptKD.Evaluation;

/// <summary>
/// How to tell that a picture belongs to no class: a student of a teacher that was trained with a sigmoid for each pair
/// of picture and text has, beside its probabilities, a score of how well the best class fits by itself.
/// </summary>
/// <param name="Bias">Added to the largest logit before the sigmoid.</param>
/// <param name="Threshold">The score, 0–1, below which a picture belongs to no class.</param>
/// <param name="Pictures">Held-out pictures that both were fitted on.</param>
/// <remarks>
/// The student is trained to give the teacher's probabilities, which say nothing of how large its logits are. So the
/// bias is fitted: with it, the best logit is the teacher's in the mean. The threshold leaves one in twenty of those
/// pictures below it.
/// </remarks>
public sealed record NoneOfThese(double Bias, double Threshold, int Pictures)
{
    private const double ShareBelow = 0.05;

    /// <summary>Whether the numbers can be meant.</summary>
    internal bool IsPossible => double.IsFinite(Bias) && Threshold is >= 0 and <= 1 && Pictures > 0;

    /// <summary>Fits it.</summary>
    /// <param name="teacherBias">The teacher's logit_bias.</param>
    /// <param name="pictures">
    /// Of each picture the largest logit: the teacher's, without its bias, and the student's.
    /// </param>
    /// <returns>Null without pictures.</returns>
    internal static NoneOfThese? Fit(double teacherBias, IReadOnlyList<(double Teacher, double Student)> pictures)
    {
        if (pictures.Count == 0)
        {
            return null;
        }

        double bias = teacherBias + pictures.Average(one => one.Teacher - one.Student);
        double[] scores = [.. pictures.Select(one => Sigmoid(one.Student + bias)).Order()];
        return new NoneOfThese(bias, scores[(int)(ShareBelow * scores.Length)], pictures.Count);
    }

    /// <summary>How well the best class fits, 0–1.</summary>
    /// <param name="logits">Of all classes, at least one.</param>
    public double Score(IReadOnlyList<float> logits) => Sigmoid(logits.Max() + Bias);

    private static double Sigmoid(double value) => 1 / (1 + Math.Exp(-value));
}
