using PromptKD.Data.Pictures;
using PromptKD.Runtime;

namespace PromptKD.Tests.Data.Pictures;

public sealed class HashingProgressTests
{
    [Fact]
    public void Speaks_every_ten_seconds_at_most()
    {
        var observer = new Listener();
        var clock = new HandClock();
        var progress = new HashingProgress(observer, clock);

        foreach ((int seconds, int done) in new[] { (0, 1), (9, 90_000), (10, 120_000), (19, 500_000), (21, 999_999) })
        {
            clock.Seconds = seconds;
            progress.Report(done, 1_000_000);
        }

        Assert.Equal(["Hashing: 120,000 of 1,000,000", "Hashing: 999,999 of 1,000,000"], observer.Phases);
    }

    private sealed class Listener : IRunObserver
    {
        public List<string> Phases { get; } = [];

        public void OnPhase(string description) => Phases.Add(description);
    }
}
