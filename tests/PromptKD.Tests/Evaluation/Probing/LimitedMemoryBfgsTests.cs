using PromptKD.Evaluation.Probing;

namespace PromptKD.Tests.Evaluation.Probing;

public sealed class LimitedMemoryBfgsTests
{
    [Fact]
    public void Finds_the_minimum_of_a_narrow_valley()
    {
        // Σ c (x − m)² / 2 with curvatures from 1 to 10⁴; its minimum is m.
        double[] curvatures = [1, 10, 100, 1000, 10000], minimum = [3, -1, 0.5, 2, -4];

        double[] found = LimitedMemoryBfgs.Minimize(
            point =>
            {
                double[] gradient = [.. point.Select((entry, index) => curvatures[index] * (entry - minimum[index]))];
                return (gradient.Select((slope, index) => slope * (point[index] - minimum[index]) / 2).Sum(), gradient);
            },
            start: new double[5],
            tolerance: 1e-9,
            iterations: 200);

        Assert.All(minimum.Zip(found), pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-8));
    }

    [Fact]
    public void Stops_after_as_many_steps_as_are_allowed()
    {
        int asked = 0;

        LimitedMemoryBfgs.Minimize(
            point =>
            {
                asked++;
                return (Math.Exp(-point[0]), [-Math.Exp(-point[0])]); // Falls for ever.
            },
            start: [0],
            tolerance: 0,
            iterations: 5);

        Assert.Equal(1 + 5, asked);
    }

    [Fact]
    public void Stays_where_nothing_is_left_to_descend() => Assert.Equal(
        [7.0], LimitedMemoryBfgs.Minimize(_ => (1, [0]), start: [7], tolerance: 0, iterations: 10));
}
