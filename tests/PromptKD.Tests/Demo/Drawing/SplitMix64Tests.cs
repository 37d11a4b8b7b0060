using PromptKD.Demo.Drawing;

namespace PromptKD.Tests.Demo.Drawing;

public sealed class SplitMix64Tests
{
    [Fact]
    public void Gives_the_published_numbers()
    {
        // The first numbers of state 1234567, as other implementations of the generator publish them.
        var random = new SplitMix64(1234567);

        ulong[] numbers = [.. Enumerable.Range(0, 5).Select(_ => random.NextBits())];

        Assert.Equal(
            [
                6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431,
                16408922859458223821,
            ],
            numbers);
    }

    [Fact]
    public void Neighbouring_pictures_and_seeds_have_streams_of_their_own()
    {
        ulong[] starts =
        [
            .. from seed in Enumerable.Range(0, 50)
               from number in Enumerable.Range(0, 50)
               select SplitMix64.For(seed, number).NextBits(),
        ];

        Assert.Equal(starts.Length, starts.Distinct().Count());
    }

    [Fact]
    public void Normal_numbers_have_mean_0_and_deviation_1()
    {
        var random = new SplitMix64(1);

        double[] values = [.. Enumerable.Range(0, 100_000).Select(_ => (double)random.Normal())];

        Assert.Equal(0, values.Average(), tolerance: 0.015); // five standard errors, 1 / √100,000
        Assert.Equal(1, values.Average(value => value * value), tolerance: 0.02);
        Assert.Equal(0.683, values.Count(value => Math.Abs(value) < 1) / 100_000.0, tolerance: 0.02);
    }

    [Fact]
    public void Whole_numbers_are_uniform_below_the_bound()
    {
        var random = new SplitMix64(1);

        int[] counts = [.. Enumerable.Range(0, 60_000).GroupBy(_ => random.Below(6)).Select(group => group.Count())];

        Assert.Equal(6, counts.Length);
        Assert.All(counts, count => Assert.InRange(count, 9_500, 10_500));
    }
}
