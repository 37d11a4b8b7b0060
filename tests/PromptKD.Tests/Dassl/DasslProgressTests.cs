using PromptKD.Dassl;
using PromptKD.Training;

namespace PromptKD.Tests.Dassl;

public sealed class DasslProgressTests
{
    [Fact]
    public void Prints_the_last_values_and_in_brackets_the_averages_of_the_epoch()
    {
        var progress = new DasslProgress(printFrequency: 2);

        Assert.Null(progress.Line(Step(1, batch: 1, seconds: 1), 1e-5));
        Assert.Equal(
            "epoch [1/20] batch [2/5] time 2.000 (1.500) data 0.500 (0.500) loss 0.2745 (0.1234) lr 1.0000e-05 "
            + "eta 2:03:04",
            progress.Line(Step(1, batch: 2, seconds: 2), 1e-5));
        Assert.Null(progress.Line(Step(1, batch: 5, seconds: 1), 1e-5));
    }

    [Fact]
    public void Starts_its_averages_anew_with_each_epoch()
    {
        var progress = new DasslProgress(printFrequency: 1);
        progress.Line(Step(1, batch: 5, seconds: 9), 0.005);

        Assert.Contains(
            "time 1.000 (1.000) ", progress.Line(Step(2, batch: 1, seconds: 1), 0.005), StringComparison.Ordinal);
    }

    [Fact]
    public void Prints_every_batch_of_an_epoch_that_has_fewer_than_the_frequency() => Assert.EndsWith(
        "lr 5.0000e-03 eta 1 day, 0:00:01",
        new DasslProgress(printFrequency: 6).Line(
            Step(1, batch: 1, seconds: 1) with { Remaining = new TimeSpan(1, 0, 0, 1) }, 0.005),
        StringComparison.Ordinal);

    [Fact]
    public void Prints_the_accuracy_of_the_batch_and_the_mean_of_the_batches_where_it_is_asked_for()
    {
        var progress = new DasslProgress(printFrequency: 1, printsAccuracy: true);
        progress.Line(Step(1, batch: 1, seconds: 1) with { BatchAgreement = 0.25 }, 0.002);

        // As Dassl's MetricMeter: percent, four decimals, the mean of the batches in brackets.
        Assert.Contains(
            " loss 0.2745 (0.1234) acc 50.0000 (37.5000) lr 2.0000e-03 ",
            progress.Line(Step(1, batch: 2, seconds: 1) with { BatchAgreement = 0.5 }, 0.002),
            StringComparison.Ordinal);
        Assert.Contains(
            " acc 100.0000 (100.0000) lr",
            progress.Line(Step(2, batch: 1, seconds: 1) with { BatchAgreement = 1 }, 0.002),
            StringComparison.Ordinal);
    }

    private static TrainingProgress Step(int epoch, int batch, double seconds) => new(
        epoch, 20, batch, 5, Loss: 0.2745, MeanLoss: 0.1234, 0, 0, 0, new TimeSpan(2, 3, 4))
    {
        Duration = TimeSpan.FromSeconds(seconds),
        Loading = TimeSpan.FromSeconds(0.5),
    };
}
