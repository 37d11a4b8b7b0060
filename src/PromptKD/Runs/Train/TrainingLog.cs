using PromptKD.Configuration;
using PromptKD.Dassl;
using PromptKD.Evaluation;
using PromptKD.Training;

namespace PromptKD.Runs.Train;

/// <summary>
/// Writes a training as the CoOp family's programs do, their lines into the log and their curves for TensorBoard, and
/// passes it on to whoever else is watching.
/// </summary>
internal sealed class TrainingLog : ITrainingObserver, IProgress<TrainingProgress>, IDisposable
{
    private readonly RunFolder _run;
    private readonly ITrainingObserver? _next;
    private readonly DasslProgress _progress;
    private readonly LearningRateSchedule _schedule;
    private readonly Lazy<TensorBoardFile> _curves;

    /// <summary>Begins the log as the family does: with the whole configuration.</summary>
    /// <param name="run">Receives the log.</param>
    /// <param name="config">How often to print, and the schedule.</param>
    /// <param name="next">Who else is watching; null for nobody.</param>
    public TrainingLog(RunFolder run, ExperimentConfig config, ITrainingObserver? next)
    {
        _run = run;
        _next = next;
        _progress = new DasslProgress(config.Train.PrintFreq);
        _schedule = new LearningRateSchedule(config.Optim);
        _curves = new Lazy<TensorBoardFile>(() => TensorBoardFile.Create(run.TensorBoardFolder));
        string[] head = ["************", "** Config **", "************", .. config.ToYaml().TrimEnd().Split('\n'), ""];
        foreach (string line in head)
        {
            run.LogPlain(line);
        }
    }

    /// <inheritdoc/>
    public void OnPhase(string description)
    {
        _run.LogPlain(description);
        _next?.OnPhase(description);
    }

    /// <inheritdoc/>
    public void OnPrint(string line)
    {
        _run.LogPlain(line);
        _next?.OnPrint(line);
    }

    /// <inheritdoc/>
    public void OnWarning(string message)
    {
        _run.LogPlain($"warning: {message}");
        _next?.OnWarning(message);
    }

    /// <inheritdoc/>
    public void OnFetched(Uri source, long received, long? total) => _next?.OnFetched(source, received, total);

    /// <inheritdoc/>
    public void OnStored(long done, long total) => _next?.OnStored(done, total);

    /// <inheritdoc/>
    public void OnStep(TrainingProgress progress)
    {
        // The family prints when its schedule has moved on behind the last batch. metrics.jsonl has the rate that was used.
        double rate = progress.Batch == progress.Batches ? _schedule.Rate(progress.Epoch) : progress.LearningRate;
        if (_progress.Line(progress, rate) is { } line)
        {
            OnPrint(line);
        }

        long step = ((long)(progress.Epoch - 1) * progress.Batches) + progress.Batch - 1;
        _curves.Value.Add("train/loss", progress.MeanLoss, step);
        _curves.Value.Add("train/lr", rate, step);
        _next?.OnStep(progress);
    }

    /// <inheritdoc/>
    public void OnEpoch(EpochRecord epoch)
    {
        _curves.Value.Flush();
        _next?.OnEpoch(epoch);
    }

    /// <inheritdoc/>
    public void Report(TrainingProgress value) => OnStep(value);

    /// <summary>Adds an evaluation to the curves.</summary>
    /// <param name="split">"val" or "test".</param>
    /// <param name="metrics">What was counted.</param>
    /// <param name="epoch">Counted from 0.</param>
    /// <param name="perClass">Whether the accuracy of each class was asked for.</param>
    public void DrawResult(string split, ClassificationMetrics metrics, int epoch, bool perClass)
    {
        _curves.Value.Add($"{split}/accuracy", metrics.Accuracy, epoch);
        _curves.Value.Add($"{split}/error_rate", metrics.ErrorRate, epoch);
        _curves.Value.Add($"{split}/macro_f1", metrics.MacroF1, epoch);
        if (perClass)
        {
            _curves.Value.Add($"{split}/perclass_accuracy", metrics.MeanPerClassAccuracy, epoch);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_curves.IsValueCreated)
        {
            _curves.Value.Dispose();
        }
    }
}
