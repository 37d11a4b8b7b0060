using PromptKD.Methods;

namespace PromptKD.Tests.Methods;

public sealed class GaussianAverageTests
{
    [Fact]
    public void Weights_are_a_gaussian_of_sum_one()
    {
        // exp(−1/2), 1, exp(−1/2) around the second of three epochs.
        double side = Math.Exp(-0.5);
        double sum = 1 + (2 * side);

        double[] weights = GaussianAverage.Weights(mean: 2, deviation: 1, epochs: 3);

        Assert.All(weights.Zip([side / sum, 1 / sum, side / sum]), pair =>
            Assert.Equal(pair.Second, pair.First, tolerance: 1e-15));
    }

    [Fact]
    public void A_gaussian_far_from_every_epoch_takes_the_nearest() =>
        Assert.Equal([0, 0, 1], GaussianAverage.Weights(mean: 1000, deviation: 1, epochs: 3));

    [Fact]
    public void Is_normalised_at_every_epoch_and_taken_over_behind_the_last()
    {
        // Equal weights but for the third: weights 1, 1, exp(−1) around 1.5 with variance 1 (0.125, 0.125, 1.125).
        using DisposeScope scope = NewDisposeScope();
        Tensor place = full(1, 8f);
        using var average = new GaussianAverage([new("p", place)], mean: 1.5, deviation: 1);

        Assert.Equal(8, average.Averages[0].Value.item<float>());
        float[] values = [2, 4, 6];
        List<double> averages = [];
        for (int epoch = 1; epoch <= 3; epoch++)
        {
            place.fill_(values[epoch - 1]);
            average.Add(epoch, 3);
            averages.Add(average.Averages[0].Value.item<float>());
        }

        double last = Math.Exp(-1);
        double[] expected = [2, 3, (2 + 4 + (last * 6)) / (2 + last)];
        Assert.All(expected.Zip(averages), pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-6));
        Assert.Equal(expected[2], place.item<float>(), tolerance: 1e-6);
        Assert.Equal("average/p", average.State.Single().Key);
    }

    [Fact]
    public void Begins_anew_from_the_present_values()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor place = full(1, 8f);
        using var average = new GaussianAverage([new("p", place)], mean: 1, deviation: 1);
        place.fill_(3);

        average.Restart();

        Assert.Equal(3, average.Averages[0].Value.item<float>());
    }
}
