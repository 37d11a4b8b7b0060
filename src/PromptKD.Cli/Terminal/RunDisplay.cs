using System.Diagnostics;
using System.Globalization;
using PromptKD.Evaluation;
using PromptKD.Training;

namespace PromptKD.Cli.Terminal;

/// <summary>
/// Shows a run: on a terminal one line that renews itself, elsewhere a plain line now and then. Everything goes to
/// standard error, so that standard output holds results only.
/// </summary>
/// <param name="agreement">With whom the model agrees on a training picture, for the lines of epochs.</param>
internal sealed class RunDisplay(string agreement = "agreement with the teacher") : ITrainingObserver
{
    private static readonly TimeSpan s_terminalPace = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_plainPace = TimeSpan.FromSeconds(30);

    private readonly bool _isTerminal = !Console.IsErrorRedirected;
    private readonly Stopwatch _sinceLine = Stopwatch.StartNew();
    private bool _lineIsOpen;

    private bool IsTimeForALine => _sinceLine.Elapsed >= (_isTerminal ? s_terminalPace : s_plainPace);

    /// <inheritdoc/>
    public void OnPhase(string description)
    {
        CloseLine();
        Messages.Note(description);
    }

    /// <inheritdoc/>
    public void OnWarning(string message)
    {
        CloseLine();
        Messages.Warning(message);
    }

    /// <inheritdoc/>
    public void OnFetched(Uri source, long received, long? total)
    {
        if (IsTimeForALine || received == total)
        {
            const double Megabyte = 1e6;
            string whole = total is { } bytes
                ? string.Create(CultureInfo.InvariantCulture, $" of {bytes / Megabyte:0}")
                : "";
            ShowLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Path.GetFileName(source.LocalPath)}: {received / Megabyte:0}{whole} MB"));
        }
    }

    /// <inheritdoc/>
    public void OnStored(long done, long total)
    {
        if (IsTimeForALine || done == total)
        {
            ShowLine(string.Create(CultureInfo.InvariantCulture, $"teacher features: {done} of {total} views"));
        }
    }

    /// <inheritdoc/>
    public void OnStep(TrainingProgress progress)
    {
        if (!IsTimeForALine)
        {
            return;
        }

        ShowLine(string.Create(
            CultureInfo.InvariantCulture,
            $"epoch {progress.Epoch}/{progress.Epochs}  batch {progress.Batch}/{progress.Batches}  "
            + $"loss {progress.MeanLoss:0.0000}  agreement {progress.Agreement:P0}  "
            + $"{progress.PicturesPerSecond:0.0} images/s  {Remaining(progress.Remaining)} left"));
    }

    /// <inheritdoc/>
    public void OnEpoch(EpochRecord epoch)
    {
        string line = string.Create(
            CultureInfo.InvariantCulture,
            $"epoch {epoch.Epoch}: loss {epoch.Loss:0.0000}, {agreement} {epoch.Agreement:P1}");
        if (_isTerminal)
        {
            Console.Error.Write("\r\u001b[K");
            _lineIsOpen = false;
        }

        Messages.Note(line + Describe(epoch.Validation));
    }

    // On a terminal the line stays open, to be replaced by the next one.
    private void ShowLine(string line)
    {
        _sinceLine.Restart();
        if (_isTerminal)
        {
            Console.Error.Write($"\r{line}\u001b[K");
            _lineIsOpen = true;
        }
        else
        {
            Console.Error.WriteLine(line);
        }
    }

    private static string Describe(BaseNovelResult? result) =>
        result is null
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $", validation {result.All:0.0} %")
                + (result.HarmonicMean is { } mean
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $" (base {result.Base:0.0}, novel {result.Novel:0.0}, harmonic mean {mean:0.0})")
                    : "");

    private static string Remaining(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes:00} min")
        : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds:00} s");

    private void CloseLine()
    {
        if (_lineIsOpen)
        {
            Console.Error.WriteLine();
            _lineIsOpen = false;
        }
    }
}
