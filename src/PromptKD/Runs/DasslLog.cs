using PromptKD.Configuration;
using PromptKD.Dassl;
using PromptKD.Evaluation;
using PromptKD.Training;

namespace PromptKD.Runs;

/// <summary>
/// Writes a training as Dassl's programs do: their lines into the log, and their curves for TensorBoard.
/// </summary>
internal sealed class DasslLog : RunLog
{
    private readonly RunFolder _folder;
    private readonly DasslProgress _progress;
    private readonly LearningRateSchedule _schedule;
    private readonly Lazy<TensorBoardFile>? _curves;

    /// <summary>Begins the log as Dassl does: with the command line and the whole configuration.</summary>
    /// <param name="folder">Receives the log.</param>
    /// <param name="config">How often to print, and the schedule.</param>
    /// <param name="arguments">The command line, by name; none for a call of the library.</param>
    /// <param name="next">Who else is watching; null for nobody.</param>
    public DasslLog(
        RunFolder folder,
        ExperimentConfig config,
        IReadOnlyList<KeyValuePair<string, string>> arguments,
        ITrainingObserver? next)
        : base(next)
    {
        _folder = folder;
        _progress = new DasslProgress(
            config.Train.PrintFreq, DasslModel.Of(config.Trainer.Name).PrintsAccuracy);
        _schedule = new LearningRateSchedule(config.Optim);
        _curves = folder.IsReadOnly
            ? null
            : new Lazy<TensorBoardFile>(() => TensorBoardFile.Create(folder.TensorBoardFolder));
        string[] given = arguments.Count == 0
            ? []
            :
            [
                "***************", "** Arguments **", "***************",
                .. arguments.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key}: {one.Value}"),
            ];
        string[] head =
            [.. given, "************", "** Config **", "************", .. config.ToYaml().TrimEnd().Split('\n'), ""];
        Array.ForEach(head, folder.LogPlain);
    }

    /// <summary>Adds an evaluation to the curves; nothing where nothing may be written.</summary>
    /// <param name="split">"val" or "test".</param>
    /// <param name="metrics">What was counted.</param>
    /// <param name="epoch">Counted from 0.</param>
    /// <param name="perClass">Whether the accuracy of each class was asked for.</param>
    public void DrawResult(string split, ClassificationMetrics metrics, int epoch, bool perClass)
    {
        if (_curves?.Value is not { } curves)
        {
            return;
        }

        curves.Add($"{split}/accuracy", metrics.Accuracy, epoch);
        curves.Add($"{split}/error_rate", metrics.ErrorRate, epoch);
        curves.Add($"{split}/macro_f1", metrics.MacroF1, epoch);
        if (perClass)
        {
            curves.Add($"{split}/perclass_accuracy", metrics.MeanPerClassAccuracy, epoch);
        }

        curves.Flush();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_curves is { IsValueCreated: true })
        {
            _curves.Value.Dispose();
        }

        base.Dispose();
    }

    /// <inheritdoc/>
    protected override void Write(string line) => _folder.LogPlain(line);

    /// <inheritdoc/>
    protected override void WriteStep(TrainingProgress progress)
    {
        // Dassl prints when its schedule has moved on behind the last batch. metrics.jsonl has the rate that was used.
        double rate = progress.Batch == progress.Batches ? _schedule.Rate(progress.Epoch) : progress.LearningRate;
        if (_progress.Line(progress, rate) is { } line)
        {
            OnPrint(line);
        }

        long step = ((long)(progress.Epoch - 1) * progress.Batches) + progress.Batch - 1;
        _curves?.Value.Add("train/loss", progress.MeanLoss, step);
        _curves?.Value.Add("train/lr", rate, step);
    }

    /// <inheritdoc/>
    protected override void WriteEpoch(EpochRecord epoch) => _curves?.Value.Flush();
}
