using PromptKD.Data.Decoding;

namespace PromptKD.Tests.Data.Decoding;

public sealed class RandomStreamTests
{
    [Fact]
    public void Draws_the_words_of_block_after_block()
    {
        var random = new RandomStream(seed: 0x1122334455667788, RandomPurpose.View, first: 5, second: 9);

        double[] drawn = [.. Enumerable.Range(0, 8).Select(_ => random.Uniform(0, 1))];

        Philox.Words block0 = Philox.Draw(new(0, 1, 5, 9), 0x1122334455667788);
        Philox.Words block1 = Philox.Draw(new(1, 1, 5, 9), 0x1122334455667788);
        uint[] words = [block0.A, block0.B, block0.C, block0.D, block1.A, block1.B, block1.C, block1.D];
        Assert.Equal(words.Select(word => word / Math.Pow(2, 32)), drawn);
    }

    [Fact]
    public void Whole_numbers_are_spread_evenly()
    {
        var random = new RandomStream(seed: 1, RandomPurpose.Order, first: 0, second: 0);
        int[] counts = new int[6];

        for (int draw = 0; draw < 60_000; draw++)
        {
            counts[random.Below(6)]++;
        }

        // 10,000 each, with a standard deviation of sqrt(60,000 · 5/36) = 91.
        Assert.All(counts, count => Assert.InRange(count, 10_000 - 460, 10_000 + 460));
    }

    [Fact]
    public void Logarithms_are_spread_evenly()
    {
        var random = new RandomStream(seed: 2, RandomPurpose.View, first: 0, second: 0);

        double[] drawn = [.. Enumerable.Range(0, 10_000).Select(_ => random.LogUniform(0.5, 2))];

        // Half of them below the geometric mean 1, with a standard deviation of 50.
        Assert.InRange(drawn.Count(value => value < 1), 4750, 5250);
        Assert.All(drawn, value => Assert.InRange(value, 0.5, 2));
    }
}
