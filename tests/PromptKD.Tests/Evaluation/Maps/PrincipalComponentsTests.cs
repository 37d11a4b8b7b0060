using PromptKD.Evaluation.Maps;

namespace PromptKD.Tests.Evaluation.Maps;

public sealed class PrincipalComponentsTests
{
    [Fact]
    public void Of_a_rectangle_its_sides_are_the_directions()
    {
        // Twice as wide as high: around the middle (±1, ±1/2), variances 1 and 1/4 of 5/4 in all.
        float[][] rows = [[5, 0, 3], [7, 0, 3], [5, 0, 4], [7, 0, 4]];

        var components = PrincipalComponents.Of(rows);

        Assert.Equal(0.8, components.Shares.First, precision: 12);
        Assert.Equal(0.2, components.Shares.Second, precision: 12);
        (double X, double Y)[] expected = [(-1, -0.5), (1, -0.5), (-1, 0.5), (1, 0.5)];
        Assert.All(expected.Zip(components.Points), pair =>
        {
            Assert.Equal(pair.First.X, pair.Second.X, precision: 12);
            Assert.Equal(pair.First.Y, pair.Second.Y, precision: 12);
        });
    }

    [Fact]
    public void Of_a_turned_rectangle_they_are_turned_too()
    {
        // Along (3, 4)/5 by ±10, across it, along (−4, 3)/5, by ±5: the larger entry of either direction is positive or
        // is made so, which turns the second one into (4, −3)/5.
        float[][] rows = [[6 - 4, 8 + 3], [6 + 4, 8 - 3], [-6 - 4, -8 + 3], [-6 + 4, -8 - 3]];

        var components = PrincipalComponents.Of(rows);

        (double X, double Y)[] expected = [(10, -5), (10, 5), (-10, -5), (-10, 5)];
        Assert.All(expected.Zip(components.Points), pair =>
        {
            Assert.Equal(pair.First.X, pair.Second.X, precision: 12);
            Assert.Equal(pair.First.Y, pair.Second.Y, precision: 12);
        });
    }

    [Fact]
    public void More_numbers_than_rows_are_no_matter_and_equal_rows_have_no_direction()
    {
        Assert.Equal(2, PrincipalComponents.Of([[0, 0, 0, 3], [0, 4, 0, 0]]).Points.Count);

        var none = PrincipalComponents.Of([[1, 2], [1, 2], [1, 2]]);
        Assert.Equal((0, 0), none.Shares);
        Assert.All(none.Points, point => Assert.Equal((0, 0), (Math.Abs(point.X), Math.Abs(point.Y))));
    }

    [Fact]
    public void Keeps_no_tensor()
    {
        using DisposeScope scope = NewDisposeScope();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        PrincipalComponents.Of([[1, 2, 3], [3, 2, 1], [0, 0, 1]]);

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
