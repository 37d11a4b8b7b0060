using PromptKD.Training;

namespace PromptKD.Tests.Training;

/// <summary>What a run is going to take: products of what was measured, in words.</summary>
public sealed class RunEstimateTests
{
    [Fact]
    public void Is_all_steps_that_are_left_and_what_is_measured_behind_each_epoch()
    {
        var estimate = new RunEstimate(
            TimeSpan.FromSeconds(0.5), StepsPerEpoch: 100, TimeSpan.FromSeconds(10), Epochs: 19.5, 2_100_000_000,
            8_000_000_000);

        Assert.Equal(TimeSpan.FromSeconds(60), estimate.Epoch);
        Assert.Equal(TimeSpan.FromSeconds(1170), estimate.Total);
        Assert.Equal(
            "About 19 min 30 s to come: 19.5 epochs of 1 min 00 s, 100 steps of 0.500 s each and 10.0 s of measuring; "
            + "2.1 GB of memory in use, 8.0 GB free",
            estimate.Describe());
    }

    [Fact]
    public void Says_nothing_of_what_is_not_known() => Assert.Equal(
        "About 30.0 s to come: 1 epoch of 30.0 s, 60 steps of 0.500 s each",
        new RunEstimate(TimeSpan.FromSeconds(0.5), 60, TimeSpan.Zero, 1, Memory: null, FreeMemory: null).Describe());

    [Fact]
    public void Says_one_thing_as_one() => Assert.Equal(
        "About 0.5 s to come: 1 epoch of 0.5 s, 1 step of 0.500 s each",
        new RunEstimate(TimeSpan.FromSeconds(0.5), 1, TimeSpan.Zero, 1, Memory: null, FreeMemory: null).Describe());

    [Theory]
    [InlineData(12.34, "12.3 s")]
    [InlineData(65, "1 min 05 s")]
    [InlineData(12000, "3 h 20 min")]
    [InlineData(360000, "100 h 00 min")]
    public void Times_have_the_units_that_matter(double seconds, string words) =>
        Assert.Equal(words, RunEstimate.Words(TimeSpan.FromSeconds(seconds)));
}
