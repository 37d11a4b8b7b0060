using PromptKD.Evaluation.Maps;

namespace PromptKD.Tests.Evaluation.Maps;

public sealed class NeighbourMapTests
{
    private const int OfCluster = 12;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2)]
    [InlineData(7.5)]
    [InlineData(30)]
    public void Neighbours_have_the_perplexity_that_is_asked_for(double perplexity)
    {
        double[] distances = [.. Enumerable.Range(1, 99).Select(place => 1e-3 * place * place)];

        double[] neighbours = NeighbourMap.Neighbours(distances, perplexity);

        Assert.Equal(1, neighbours.Sum(), precision: 12);
        double bits = -neighbours.Where(one => one > 0).Sum(one => one * Math.Log2(one));
        Assert.Equal(perplexity, Math.Pow(2, bits), perplexity * 1e-6);
        Assert.Equal(neighbours.OrderDescending(), neighbours); // The nearest first, as they were given.
    }

    [Fact]
    public void Neighbours_fall_off_as_a_normal_distribution()
    {
        double[] neighbours = NeighbourMap.Neighbours([4, 1, 0, 9, 16, 25], 2.5);

        // ln p is linear in the squared distance: three ratios give one and the same width.
        double[] widths =
        [
            Math.Log(neighbours[2] / neighbours[1]) / 1,
            Math.Log(neighbours[2] / neighbours[0]) / 4,
            Math.Log(neighbours[1] / neighbours[3]) / 8,
        ];
        Assert.All(widths, width => Assert.Equal(widths[0], width, precision: 9));
    }

    [Fact]
    public void Equal_distances_have_equal_neighbours_whatever_is_asked_for() =>
        Assert.All(NeighbourMap.Neighbours([3, 3, 3, 3], 2), one => Assert.Equal(0.25, one));

    [Fact]
    public void Three_plain_clusters_lie_apart()
    {
        IReadOnlyList<(double X, double Y)> map = NeighbourMap.Of(Clusters(), perplexity: 5, seed: 1, Stop);

        (double X, double Y)[] middles =
        [
            .. map.Chunk(OfCluster)
                .Select(cluster => (cluster.Average(point => point.X), cluster.Average(point => point.Y))),
        ];
        double widest = map.Index().Max(point => Distance(point.Item, middles[point.Index / OfCluster]));
        (int, int)[] pairs = [(0, 1), (0, 2), (1, 2)];
        double nearest = pairs.Min(pair => Distance(middles[pair.Item1], middles[pair.Item2]));
        Assert.InRange(widest, 0, nearest / 2);
        Assert.Equal(0, map.Average(point => point.X), precision: 9);
        Assert.Equal(0, map.Average(point => point.Y), precision: 9);
    }

    [Fact]
    public void The_seed_decides()
    {
        float[][] rows = Clusters();

        Assert.Equal(NeighbourMap.Of(rows, 5, seed: 7, Stop), NeighbourMap.Of(rows, 5, seed: 7, Stop));
        Assert.NotEqual(NeighbourMap.Of(rows, 5, seed: 7, Stop), NeighbourMap.Of(rows, 5, seed: 8, Stop));
    }

    [Fact]
    public void Equal_rows_have_a_map_of_finite_numbers()
    {
        float[][] rows = [.. Enumerable.Repeat(new float[] { 1, 2 }, NeighbourMap.FewestRows)];

        Assert.All(
            NeighbourMap.Of(rows, 3, seed: 1, Stop),
            point => Assert.True(double.IsFinite(point.X) && double.IsFinite(point.Y)));
    }

    [Fact]
    public void Refuses_too_few_rows_and_more_neighbours_than_there_are()
    {
        float[][] rows = Clusters();

        Assert.Throws<ArgumentOutOfRangeException>(() => NeighbourMap.Of(rows[..9], 2, seed: 1, Stop));
        Assert.Throws<ArgumentOutOfRangeException>(() => NeighbourMap.Of(rows, 12, seed: 1, Stop)); // (36 − 1) / 3
    }

    [Fact]
    public void Stops_when_it_is_told_to()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();

        Assert.Throws<OperationCanceledException>(() => NeighbourMap.Of(Clusters(), 5, seed: 1, stop.Token));
    }

    // Around (10, 0, 0), (0, 10, 0) and (0, 0, 10), within 1.
    private static float[][] Clusters()
    {
        var random = new Random(3);
        return
        [
            .. Enumerable.Range(0, 3 * OfCluster).Select(row => Enumerable.Range(0, 3)
                .Select(entry => (entry == row / OfCluster ? 10f : 0) + random.NextSingle()).ToArray()),
        ];
    }

    private static double Distance((double X, double Y) first, (double X, double Y) second) =>
        Math.Sqrt(Math.Pow(first.X - second.X, 2) + Math.Pow(first.Y - second.Y, 2));
}
