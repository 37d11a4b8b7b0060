namespace PromptKD.Reporting;

/// <summary>Mean and standard deviation over seeds, in percent.</summary>
/// <param name="Mean">Their mean.</param>
/// <param name="Deviation">
/// The deviation of the population: n, not n − 1, in the denominator, as the family's programs print it.
/// </param>
/// <param name="Count">Seeds.</param>
public sealed record SeedStatistics(double Mean, double Deviation, int Count)
{
    /// <summary>Half the width of the 95 % confidence interval of the mean, as Dassl's script prints it: 1.96·σ/√n.</summary>
    public double HalfWidth95 => 1.96 * Deviation / Math.Sqrt(Count);

    /// <summary>The statistics of some values; null where there are none.</summary>
    public static SeedStatistics? Of(IEnumerable<double?> values)
    {
        double[] known = [.. values.OfType<double>()];
        if (known.Length == 0)
        {
            return null;
        }

        double mean = known.Average();
        double variance = known.Average(value => (value - mean) * (value - mean));
        return new SeedStatistics(mean, Math.Sqrt(variance), known.Length);
    }
}
