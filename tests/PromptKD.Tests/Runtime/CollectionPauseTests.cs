using System.Runtime;
using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

/// <summary>Runs alone, because a pause is a pause for the whole process.</summary>
[CollectionDefinition(nameof(CollectionPauseTests), DisableParallelization = true)]
[Trait("process", "its own")]
[Collection(nameof(CollectionPauseTests))]
public sealed class CollectionPauseTests
{
    [Fact]
    public void Nothing_is_collected_until_the_end()
    {
        using CollectionPause pause = CollectionPause.Begin();
        int before = GC.CollectionCount(0);

        long allocated = Enumerable.Range(0, 50_000).Sum(_ => (long)new byte[1_000].Length); // 50 MB

        Assert.Equal(50_000_000, allocated);
        Assert.Equal(before, GC.CollectionCount(0));
    }

    [Fact]
    public void Collections_go_on_behind_the_last_of_overlapping_pauses()
    {
        CollectionPause first = CollectionPause.Begin();
        CollectionPause second = CollectionPause.Begin();

        first.Dispose();
        first.Dispose();

        Assert.Equal(GCLatencyMode.NoGCRegion, GCSettings.LatencyMode);
        second.Dispose();
        Assert.NotEqual(GCLatencyMode.NoGCRegion, GCSettings.LatencyMode);
    }

    [Fact]
    public void Spending_the_budget_does_no_harm()
    {
        using CollectionPause pause = CollectionPause.Begin();

        long allocated = Enumerable.Range(0, 300).Sum(_ => (long)new byte[1_000_000].Length); // 300 MB of 200

        Assert.Equal(300_000_000, allocated);
    }

    [Fact]
    public void Garbage_of_many_pauses_does_not_pile_up()
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);

        for (int step = 0; step < 150; step++)
        {
            using CollectionPause pause = CollectionPause.Begin();
            GC.KeepAlive(Enumerable.Range(0, 1_000).Select(_ => new byte[1_000]).ToArray()); // 1 MB
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: false) - before, 0, 50_000_000);
    }
}
