using PromptKD.Evaluation;

namespace PromptKD.Tests.Evaluation;

public sealed class ReliabilityTests
{
    [Fact]
    public void The_expected_error_is_the_one_worked_by_hand()
    {
        // Two bins: up to 1/2 one answer, 0.4 sure and wrong; above it three, 0.8 sure in the mean, two of them right.
        // ECE = 1/4 · |0.4 − 0| + 3/4 · |0.8 − 2/3| = 0.1 + 0.1.
        var reliability = Reliability.Of([(0.4, 0), (0.7, 1), (0.8, 0), (0.9, 1)], bins: 2);

        Assert.Equal(0.2, reliability.ExpectedError, precision: 12);
        Assert.Equal([1, 3], reliability.Bins.Select(bin => bin.Pictures));
        Assert.Equal([0, 2.0 / 3], reliability.Bins.Select(bin => bin.Rightness));
        Assert.Equal(0.8, reliability.Bins[1].Confidence, precision: 12);
    }

    [Theory]
    [InlineData(0.0, 0)]
    [InlineData(0.1, 0)]
    [InlineData(0.100001, 1)]
    [InlineData(0.5, 4)]
    [InlineData(1.0, 9)]
    public void An_answer_on_a_bound_is_in_the_lower_bin(double confidence, int bin)
    {
        var reliability = Reliability.Of([(confidence, 1)], bins: 10);

        Assert.Equal(bin, reliability.Bins.Index().Single(one => one.Item.Pictures == 1).Index);
    }

    [Fact]
    public void There_are_fifteen_bins_and_empty_ones_cost_nothing()
    {
        var reliability = Reliability.Of([(1, 1), (1, 1)]);

        Assert.Equal(15, reliability.Bins.Count);
        Assert.Equal(0, reliability.ExpectedError);
        Assert.All(reliability.Bins.SkipLast(1), bin => Assert.Equal((0, 0), (bin.Pictures, bin.Rightness)));
    }

    [Fact]
    public void Rightness_may_be_a_probability()
    {
        // 0.75 sure where the teacher gives 0.5 and 1: right by 0.75 in the mean.
        Assert.Equal(0, Reliability.Of([(0.75, 0.5), (0.75, 1)], bins: 4).ExpectedError, precision: 12);
    }

    [Fact]
    public void Nothing_has_no_reliability() => Assert.Throws<ArgumentException>(() => Reliability.Of([]));
}
