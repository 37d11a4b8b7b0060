using System.Diagnostics;
using System.Globalization;
using PromptKD.Evaluation;
using PromptKD.Training;

namespace PromptKD.Cli.Terminal;

/// <summary>
/// Shows a run: on a terminal one line that renews itself, elsewhere a plain line now and then. Everything goes to
/// standard error, so that standard output holds results only.
/// </summary>
internal sealed class RunDisplay : ITrainingObserver
{
    private static readonly TimeSpan s_terminalPace = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_plainPace = TimeSpan.FromSeconds(30);

    private readonly Stopwatch _sinceLine = Stopwatch.StartNew();

    // What is counted of training pictures: short, and in full.
    private (string Short, string Full) _matches = ("agreement", "agreement with the teacher");

    private bool IsTimeForALine => _sinceLine.Elapsed >= (Window.IsThere ? s_terminalPace : s_plainPace);

    /// <inheritdoc/>
    public void OnPhase(string description) => Messages.Note(description);

    /// <inheritdoc/>
    public void OnWarning(string message) => Messages.Warning(message);

    /// <inheritdoc/>
    public void OnFetched(Uri source, long received, long? total)
    {
        if (IsTimeForALine || received == total)
        {
            const double Megabyte = 1e6;
            string whole = total is { } bytes
                ? string.Create(CultureInfo.InvariantCulture, $" of {bytes / Megabyte:0}")
                : "";
            ShowLine(
                ($"{Path.GetFileName(source.LocalPath)}:", 1),
                (string.Create(CultureInfo.InvariantCulture, $"{received / Megabyte:0}{whole} MB"), 2));
        }
    }

    /// <inheritdoc/>
    public void OnStored(long done, long total)
    {
        if (IsTimeForALine || done == total)
        {
            ShowLine((string.Create(CultureInfo.InvariantCulture, $"features: {done} of {total} views"), 1));
        }
    }

    /// <inheritdoc/>
    public void OnClassified(int done, int total)
    {
        if (done == total)
        {
            Messages.EraseStatus();
        }
        else if (IsTimeForALine)
        {
            ShowLine((string.Create(CultureInfo.InvariantCulture, $"classified: {done} of {total} pictures"), 1));
        }
    }

    /// <inheritdoc/>
    public void OnTraining(bool fromLabels) => _matches = fromLabels
        ? ("accuracy", "accuracy while learning")
        : ("agreement", "agreement with the teacher");

    /// <inheritdoc/>
    public void OnStep(TrainingProgress progress)
    {
        if (!IsTimeForALine)
        {
            return;
        }

        (string Text, int Weight)[] agreed = progress.Agreement is { } share
            ? [(Text($"{_matches.Short} {share:P0}"), 2)]
            : [];
        ShowLine(
        [
            (Text($"epoch {progress.Epoch}/{progress.Epochs}"), 6),
            (Text($"batch {progress.Batch}/{progress.Batches}"), 5),
            (Text($"loss {progress.MeanLoss:0.0000}"), 3),
            .. agreed,
            (Text($"{progress.PicturesPerSecond:0.0} images/s"), 1),
            (Text($"{Remaining(progress.Remaining)} left"), 4),
        ]);

        static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public void OnEpoch(EpochRecord epoch)
    {
        string line = string.Create(
            CultureInfo.InvariantCulture,
            $"epoch {epoch.Epoch}: loss {epoch.Loss:0.0000}, {_matches.Full} {epoch.Agreement:P1}");
        string heldOut = epoch.HeldOut is { } compared
            ? string.Create(CultureInfo.InvariantCulture, $", on held-out pictures {compared.Agreement:P1}")
            : "";
        Messages.Note(line + heldOut + Describe(epoch.Validation));
    }

    // Each part with its weight: what a narrow window has no room for is left out, the least first.
    private void ShowLine(params IReadOnlyList<(string Text, int Weight)> parts)
    {
        _sinceLine.Restart();
        Messages.Status(parts);
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
}
