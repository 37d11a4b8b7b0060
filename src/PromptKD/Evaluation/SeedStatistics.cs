namespace PromptKD.Evaluation;

/// <summary>Results of the same experiment with several seeds, summed up as Dassl's parse_test_res.py does.</summary>
/// <param name="Values">One value a seed, at least one.</param>
internal sealed record SeedStatistics(IReadOnlyList<double> Values)
{
    // Two-sided, of the normal distribution.
    private const double Quantile95 = 1.96;

    /// <summary>Mean of the seeds.</summary>
    public double Mean => Values.Average();

    /// <summary>Standard deviation of the population: divided by the number of seeds.</summary>
    public double StandardDeviation => Math.Sqrt(Values.Average(value => (value - Mean) * (value - Mean)));

    /// <summary>Half the width of the 95 % confidence interval of the mean.</summary>
    public double HalfWidth95 => Quantile95 * StandardDeviation / Math.Sqrt(Values.Count);
}
