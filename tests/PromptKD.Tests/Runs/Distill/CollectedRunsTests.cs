using PromptKD.Runs;

namespace PromptKD.Tests.Runs.Distill;

/// <summary>
/// Training beside a thread that makes garbage and has it collected and finalized all the time: what torch still needs
/// would be freed under it.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class CollectedRunsTests : IDisposable
{
    private const int Collections = 20;

    private readonly DistillingRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData("sgd", "0")]
    [InlineData("adamw", "2")]
    public void Nothing_that_training_needs_is_freed_early(string rule, string views)
    {
        string[] options = ["OPTIM.NAME", rule, "DISTILL.VIEWS", views, "OPTIM.MAX_EPOCH", "6"];
        DistillingRuns.Distil(_runs.Config("quiet", options));
        using var ended = new CancellationTokenSource();
        int collected = 0;
        var collector = new Thread(() =>
        {
            while (!ended.IsCancellationRequested)
            {
                byte[][] garbage = [.. Enumerable.Range(0, 200).Select(size => new byte[1000 * size])];
                GC.KeepAlive(garbage);
                GC.Collect();
                GC.WaitForPendingFinalizers();
                collected++;
            }
        });
        collector.Start();

        DistillationReport report;
        try
        {
            report = DistillingRuns.Distil(_runs.Config("collected", options));
        }
        finally
        {
            ended.Cancel();
            collector.Join();
        }

        Assert.True(collected >= Collections, $"{collected} collections");
        Assert.Equal(6, report.Epochs.Count);
        Assert.Equal(_runs.StudentBytes("quiet"), _runs.StudentBytes("collected"));
    }
}
