using PromptKD.Golden;
using PromptKD.Scale;

namespace PromptKD.Tests.Bench;

/// <summary>Machines that are simulated, against arithmetic by hand.</summary>
public sealed class ScaleTests
{
    private static readonly Network s_slow = new("slow", Latency: 2, Bandwidth: 10);

    [Fact]
    public void A_message_takes_its_latency_and_its_bytes()
    {
        var cluster = new Cluster(2, s_slow);
        cluster.Shift(1, bytes: 50);
        Assert.Equal([7, 7], cluster.Clocks.ToArray());
    }

    [Fact]
    public void Who_gets_a_late_message_is_late()
    {
        var cluster = new Cluster(3, s_slow);
        cluster.Work(process => process == 1 ? 100 : 0);
        cluster.Shift(1, bytes: 50);

        // 0 sends to 1, which has been late by itself; 1 to 2, which waits; 2 to 0, which does not.
        Assert.Equal([7, 105, 107], cluster.Clocks.ToArray());
    }

    [Fact]
    public void A_message_waits_for_its_senders_link()
    {
        var cluster = new Cluster(2, new Network("far", Latency: 0, Bandwidth: 10));
        cluster.Shift(1, bytes: 50);
        cluster.Shift(1, bytes: 50);
        Assert.Equal([10, 10], cluster.Clocks.ToArray());
    }

    [Fact]
    public void A_large_sum_goes_round_twice()
    {
        // Four parts of 1,000,000 bytes: three exchanged, then three round the ring, 100,000 seconds and 2 each;
        // between them 12,000,000 bytes at 4e9 a second.
        var cluster = new Cluster(4, s_slow);
        Exchanges.Sum(cluster, bytes: 4e6);
        Assert.All(cluster.Clocks.ToArray(), clock => Assert.Equal((6 * 100_002) + 0.003, clock, precision: 6));
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 2)]
    [InlineData(5, 3)]
    [InlineData(8, 3)]
    public void Small_parts_are_gathered_in_rounds_that_double(int processes, int rounds)
    {
        // Each process ends up with the parts of all others, 10 bytes each: so many go over its link, whatever the
        // rounds.
        var cluster = new Cluster(processes, s_slow);
        Exchanges.Gather(cluster, bytes: 10);
        Assert.All(cluster.Clocks.ToArray(), clock => Assert.Equal((2 * rounds) + processes - 1, clock, precision: 9));
    }

    [Fact]
    public void One_process_loses_nothing()
    {
        LearningPace pace = Learning.Take(
            processes: 1, rows: 8, picture: 0.25, spread: 0, Network.OfGigabits(10), steps: 5);
        Assert.Equal(0.5, pace.Steps, tolerance: 0.001);
        Assert.Equal(4, pace.Pictures, tolerance: 0.01);
        Assert.Equal(0, pace.Lost, tolerance: 0.002);
    }

    [Fact]
    public void All_wait_for_the_slowest()
    {
        // Of two independent times of spread s the later one is s / √π above the mean, nearly: of both parts of a step
        // by turns the same one.
        LearningPace pace = Learning.Take(2, rows: 1, picture: 100, spread: 0.1, Network.OfGigabits(100), steps: 5_000);
        double late = 0.1 / Math.Sqrt(Math.PI);
        Assert.Equal(late / (1 + late), pace.Lost, tolerance: 0.004);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(100, 1_000_000)]
    [InlineData(1000, 1_000_000)]
    public void Failures_cost_what_probability_says(int machines, long pictures)
    {
        // Whole intervals before a failure at rate r: 1 / (exp(r i) - 1) of them on average; from one failure to the
        // next 1 / r and the restart.
        double rate = machines / (5_000.0 * 3600), restart = 120 + (23e-6 * pictures);
        double expected = 300 / (Math.Exp(rate * 300) - 1) / ((1 / rate) + restart);
        double share = Failures.UsefulShare(machines, pictures, hours: 2_000_000.0 / machines);
        Assert.Equal(expected, share, tolerance: 0.003);
    }

    [Fact]
    public void A_store_takes_its_shards()
    {
        // 3,907 shards on one machine: 256 looks of 0.55 s on 2 of 16 cores each; before it, 100 GB at 1.25 GB a
        // second, and a list of 23 µs a picture.
        FillingTime time = Filling.Fill(pictures: 1_000_000, tasks: 1);
        Assert.Equal(80 + 23, time.Digests, precision: 6);
        Assert.Equal(3_907 * 256 * 0.55 / 8, time.Whole - time.Digests, tolerance: 3_907 * 256 * 0.55 / 8 * 0.01);
    }

    [Fact]
    public void The_page_shows_what_is_printed()
    {
        string page = File.ReadAllText(Path.Combine(ProjectFolder.Root, "docs", "scale.md"));
        Assert.All(
            [Tables.Learn(), Tables.Fail(), Tables.Fill()],
            table => Assert.Contains(string.Join('\n', table), page));
    }
}
