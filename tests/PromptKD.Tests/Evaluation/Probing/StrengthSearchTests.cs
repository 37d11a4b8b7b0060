using PromptKD.Evaluation.Probing;

namespace PromptKD.Tests.Evaluation.Probing;

public sealed class StrengthSearchTests
{
    [Fact]
    public void Halves_the_range_around_the_best_power_of_ten()
    {
        // The best is 10^0.3. Ends compared, in exponents: −1 1, 0 1, 0 0.5, 0.25 0.5, 0.25 0.375, 0.25 0.3125,
        // 0.28125 0.3125, 0.296875 0.3125; the last winner is 0.296875.
        double found = StrengthSearch.Find(strength => -Math.Abs(Math.Log10(strength) - 0.3));

        Assert.Equal(Math.Pow(10, 0.296875), found, tolerance: 1e-12);
    }

    [Fact]
    public void Takes_the_first_and_then_the_weaker_of_equals() =>
        Assert.Equal(1e5, StrengthSearch.Find(_ => 50), tolerance: 1e-6);

    [Fact]
    public void Asks_for_each_strength_once()
    {
        List<double> asked = [];
        StrengthSearch.Find(strength =>
        {
            asked.Add(strength);
            return -strength;
        });

        Assert.Equal(asked.Distinct(), asked);
        Assert.Equal([1e6, 1e4, 1e2, 1, 1e-2, 1e-4, 1e-6], asked[..7]);
    }
}
