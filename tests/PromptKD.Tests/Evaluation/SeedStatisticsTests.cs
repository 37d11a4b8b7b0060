using PromptKD.Evaluation;

namespace PromptKD.Tests.Evaluation;

public sealed class SeedStatisticsTests
{
    [Fact]
    public void Divides_by_the_number_of_seeds()
    {
        // Deviations −2, 0 and 2: their mean square is 8/3.
        var statistics = new SeedStatistics([70, 72, 74]);

        Assert.Equal(72, statistics.Mean, 1e-12);
        Assert.Equal(Math.Sqrt(8.0 / 3), statistics.StandardDeviation, 1e-12);
        Assert.Equal(1.96 * Math.Sqrt(8.0 / 9), statistics.HalfWidth95, 1e-12);
    }

    [Fact]
    public void One_seed_deviates_from_nothing() => Assert.Equal(0, new SeedStatistics([81.2]).StandardDeviation);
}
