namespace PromptKD.Evaluation;

/// <summary>What <c>predict --threshold</c> makes of pictures whose right answers are known.</summary>
/// <param name="Threshold">An answer less probable than this is none, 0–1.</param>
/// <param name="Answered">Share of pictures that keep their answer, 0–1.</param>
/// <param name="Right">Share of those whose answer is right, 0–1; null where none is left.</param>
public sealed record ThresholdResult(double Threshold, double Answered, double? Right)
{
    // Fine where a user chooses among surer answers, coarse where hardly any is lost.
    private static readonly double[] s_thresholds = [0.25, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];

    /// <summary>The thresholds that a table shows.</summary>
    /// <param name="answers">Probability of each answer, 0–1, and whether it is right. At least one.</param>
    internal static IReadOnlyList<ThresholdResult> Of(IReadOnlyList<(double Probability, bool IsRight)> answers) =>
    [
        .. s_thresholds.Select(threshold =>
        {
            (double Probability, bool IsRight)[] kept = [.. answers.Where(answer => answer.Probability >= threshold)];
            return new ThresholdResult(
                threshold,
                (double)kept.Length / answers.Count,
                kept.Length == 0 ? null : (double)kept.Count(answer => answer.IsRight) / kept.Length);
        }),
    ];
}
