using PromptKD.Runtime;

namespace PromptKD.Evaluation;

/// <summary>Results of the same experiment with several seeds, summed up as Dassl's parse_test_res.py does.</summary>
/// <param name="Values">One value a seed, at least one.</param>
public sealed record SeedStatistics(IReadOnlyList<double> Values)
{
    // Two-sided, of the normal distribution.
    private const double Quantile95 = 1.96;

    /// <summary>One value a seed, at least one.</summary>
    public IReadOnlyList<double> Values { get; init => field = ValueEquality.Of(value); } = ValueEquality.Of(Values);

    /// <summary>The statistics of the values that are known; null where none is.</summary>
    public static SeedStatistics? Of(IEnumerable<double?> values)
    {
        double[] known = [.. values.OfType<double>()];
        return known.Length == 0 ? null : new SeedStatistics(known);
    }

    /// <summary>Mean of the seeds.</summary>
    public double Mean => Values.Average();

    /// <summary>Standard deviation of the population: divided by the number of seeds.</summary>
    public double StandardDeviation => Math.Sqrt(Values.Average(value => (value - Mean) * (value - Mean)));

    /// <summary>Half the width of the 95 % confidence interval of the mean.</summary>
    public double HalfWidth95 => Quantile95 * StandardDeviation / Math.Sqrt(Values.Count);
}
