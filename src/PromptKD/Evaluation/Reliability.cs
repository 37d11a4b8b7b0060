namespace PromptKD.Evaluation;

/// <summary>Answers whose confidence lies between two bounds.</summary>
/// <param name="Above">Lower bound, 0–1, exclusive; that of the first bin is inclusive.</param>
/// <param name="UpTo">Upper bound, 0–1, inclusive.</param>
/// <param name="Pictures">Answers in it.</param>
/// <param name="Confidence">Their mean confidence, 0–1; 0 without any.</param>
/// <param name="Rightness">Share of them that is right, 0–1; 0 without any.</param>
internal sealed record ReliabilityBin(double Above, double UpTo, int Pictures, double Confidence, double Rightness);

/// <summary>
/// Whether answers are as often right as they are sure: Guo et al., arXiv 1706.04599, section 2, bins of the same
/// width.
/// </summary>
internal sealed class Reliability
{
    /// <summary>Bins, unless another number is asked for: those of the paper's tables.</summary>
    public const int UsualBins = 15;

    private readonly int _pictures;

    private Reliability(IReadOnlyList<ReliabilityBin> bins)
    {
        Bins = bins;
        _pictures = bins.Sum(bin => bin.Pictures);
    }

    /// <summary>All bins in order, those without an answer as well.</summary>
    public IReadOnlyList<ReliabilityBin> Bins { get; }

    /// <summary>
    /// ECE, 0–1: how far confidence lies from rightness, in the mean over bins weighted by their answers.
    /// </summary>
    public double ExpectedError =>
        Bins.Sum(bin => bin.Pictures * Math.Abs(bin.Confidence - bin.Rightness)) / _pictures;

    /// <param name="answers">
    /// Probability of each answer, 0–1, and how right it is: 1 or 0 by labels, or the probability that a teacher gives
    /// it. At least one.
    /// </param>
    /// <param name="bins">How many.</param>
    /// <exception cref="ArgumentException">There is no answer.</exception>
    public static Reliability Of(IReadOnlyList<(double Confidence, double Rightness)> answers, int bins = UsualBins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        if (answers.Count == 0)
        {
            throw new ArgumentException("Need at least one answer.", nameof(answers));
        }

        ILookup<int, (double Confidence, double Rightness)> sorted =
            answers.ToLookup(answer => Math.Clamp((int)Math.Ceiling(answer.Confidence * bins) - 1, 0, bins - 1));
        return new Reliability(
        [
            .. Enumerable.Range(0, bins).Select(bin => new ReliabilityBin(
                (double)bin / bins,
                (double)(bin + 1) / bins,
                sorted[bin].Count(),
                sorted[bin].Select(answer => answer.Confidence).DefaultIfEmpty().Average(),
                sorted[bin].Select(answer => answer.Rightness).DefaultIfEmpty().Average())),
        ]);
    }
}
