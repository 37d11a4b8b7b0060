using System.Globalization;
using PromptKD.Training;

namespace PromptKD.Dassl;

/// <summary>Progress as Dassl's programs print it, averages over the running epoch in brackets.</summary>
/// <param name="printFrequency">Batches between two lines; every batch has one where an epoch has fewer.</param>
/// <param name="printsAccuracy">Whether a line has the accuracy of the batch and of the epoch so far, in
/// percent.</param>
internal sealed class DasslProgress(int printFrequency, bool printsAccuracy = false)
{
    private int _epoch;
    private int _steps;
    private TimeSpan _duration;
    private TimeSpan _loading;
    private double _accuracies;

    /// <summary>Counts a step.</summary>
    /// <param name="progress">The step.</param>
    /// <param name="learningRate">The rate to print.</param>
    /// <returns>The line of the step; null where none is due.</returns>
    public string? Line(TrainingProgress progress, double learningRate)
    {
        if (progress.Epoch != _epoch)
        {
            (_epoch, _steps, _duration, _loading, _accuracies) = (progress.Epoch, 0, TimeSpan.Zero, TimeSpan.Zero, 0);
        }

        _steps++;
        _duration += progress.Duration;
        _loading += progress.Loading;
        _accuracies += 100 * (progress.BatchAgreement ?? 0);
        bool isDue = progress.Batch % printFrequency == 0 || progress.Batches < printFrequency;
        return !isDue ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"epoch [{progress.Epoch}/{progress.Epochs}] batch [{progress.Batch}/{progress.Batches}] "
            + $"time {Seconds(progress.Duration, _duration)} data {Seconds(progress.Loading, _loading)} "
            + $"loss {PythonNumber.Fixed(progress.Loss, 4)} ({PythonNumber.Fixed(progress.MeanLoss, 4)}) "
            + $"{Accuracy(progress)}lr {Scientific(learningRate)} eta {Clock(progress.Remaining)}");
    }

    private string Accuracy(TrainingProgress progress) => printsAccuracy && progress.BatchAgreement is { } batch
        ? $"acc {PythonNumber.Fixed(100 * batch, 4)} ({PythonNumber.Fixed(_accuracies / _steps, 4)}) "
        : "";

    /// <summary>A number as Python's <c>.4e</c>.</summary>
    private static string Scientific(double value) => value.ToString("0.0000e+00", CultureInfo.InvariantCulture);

    /// <summary>A time as Python prints one of whole seconds: <c>1 day, 2:03:04</c>.</summary>
    public static string Clock(TimeSpan time)
    {
        string days = time.Days == 0 ? "" : time.Days == 1 ? "1 day, " : $"{time.Days} days, ";
        return string.Create(CultureInfo.InvariantCulture, $"{days}{time.Hours}:{time.Minutes:00}:{time.Seconds:00}");
    }

    private string Seconds(TimeSpan last, TimeSpan sum) =>
        $"{PythonNumber.Fixed(last.TotalSeconds, 3)} ({PythonNumber.Fixed(sum.TotalSeconds / _steps, 3)})";
}
