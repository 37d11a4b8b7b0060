using PromptKD.Runtime;

namespace PromptKD.Tests.Runtime;

/// <summary>What a picture takes in the mean, by a clock that is set by hand.</summary>
public sealed class PaceMeterTests
{
    [Fact]
    public void The_first_two_batches_do_not_count_where_there_are_more()
    {
        // Behind them (1 + 3) s of loading, (2 + 4) and (5 + 7) s of the towers, for 8 + 2 pictures.
        Assert.Equal("0.4 0.6 1.2", Tell([(100, 100, 100, 8), (9, 9, 9, 8), (1, 2, 5, 8), (3, 4, 7, 2)]));
    }

    [Fact]
    public void Of_one_or_two_batches_all_count() =>
        Assert.Equal("0.5 1.5 2.5", Tell([(1, 2, 3, 1), (0, 1, 2, 1)]));

    [Fact]
    public void Nothing_is_told_of_nothing() => Assert.Equal("", Tell([]));

    [Fact]
    public void Is_told_once_behind_ten() => Assert.Equal(
        "1 1 1", Tell([.. Enumerable.Repeat((1, 1, 1, 1), 12), .. Enumerable.Repeat((50, 50, 50, 1), 12)]));

    // Whole seconds of loading and of two towers, and pictures, of each batch; what was told.
    private static string Tell((int Loading, int First, int Second, int Pictures)[] batches)
    {
        List<string> told = [];
        var clock = new HandClock();
        var meter = new PaceMeter(
            2, (loading, towers) => told.Add(FormattableString.Invariant($"{loading} {towers[0]} {towers[1]}")), clock);
        foreach ((int loading, int first, int second, int pictures) in batches)
        {
            clock.Seconds += loading;
            meter.Loaded();
            clock.Seconds += first;
            meter.Looked(0);
            clock.Seconds += second;
            meter.Looked(1);
            meter.Done(pictures);
        }

        meter.End();
        return string.Join("; ", told);
    }
}
