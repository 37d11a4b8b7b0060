using PromptKD.Runs;
using PromptKD.Runs.Distill;
using PromptKD.Tests.Runs.Distill;
using PromptKD.Training;

namespace PromptKD.Tests.Runs;

/// <summary>
/// When the forecast is made, and of which steps. Building a method starts torch's one random generator.
/// </summary>
[Collection(AloneInTheProcess.Name)]
public sealed class RunForecastTests : IDisposable
{
    private readonly DistillingRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Is_said_once_of_the_median_of_nine_steps_behind_two()
    {
        // Two slow ones; then 1 to 9 tenths of a second, the median 0.5; more does not matter.
        double[] seconds = [30, 20, 0.9, 0.1, 0.5, 0.2, 0.8, 0.3, 0.7, 0.4, 0.6, 40, 40];

        string said = Assert.Single(Say(seconds, batches: 20, measuring: TimeSpan.FromSeconds(2)));

        Assert.StartsWith(
            "About 41.4 s to come: 3.45 epochs of 12.0 s, 20 steps of 0.500 s each and 2.0 s of measuring",
            said,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Is_said_at_the_end_of_an_epoch_that_has_fewer() => Assert.Contains(
        "of 0.300 s each", Assert.Single(Say([9, 9, 0.2, 0.3], batches: 4, TimeSpan.Zero)), StringComparison.Ordinal);

    [Fact]
    public void Is_not_said_where_nothing_is_to_come() =>
        Assert.Empty(Say([9, 9, 0.2, 0.3], batches: 4, TimeSpan.Zero, epochs: 1));

    // The lines about the time to come, of steps that took so long.
    private string[] Say(double[] seconds, int batches, TimeSpan measuring, int epochs = 4)
    {
        using (var opened = new OpenedRun<DistillationReport>(new DistillKind(_runs.Config())))
        {
            var forecast = new RunForecast(opened.Run, opened.Plan with { BatchesPerEpoch = batches }, () => measuring);
            foreach ((int index, double step) in seconds.Index())
            {
                forecast.Report(new TrainingProgress(1, epochs, index + 1, batches, 1, 1, null, 0.1, 1, TimeSpan.Zero)
                {
                    Duration = TimeSpan.FromSeconds(step),
                });
            }
        }

        return
        [
            .. File.ReadLines(Path.Combine(_runs.Output("run"), "log.txt"))
                .Select(line => line[21..])
                .Where(line => line.StartsWith("About", StringComparison.Ordinal)),
        ];
    }
}
