using System.Diagnostics;
using System.Text.Json;
using PromptKD.Configuration;
using PromptKD.Dassl;
using PromptKD.Data.Datasets;
using PromptKD.Data.Pictures;
using PromptKD.Evaluation;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Training;

namespace PromptKD.Runs.Train;

/// <summary>One experiment of <see cref="Experiment.Train"/>, opened: it is trained, or evaluated.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly ExperimentConfig _config;
    private readonly RunFolder _folder;
    private readonly TrainingLog _log;
    private readonly TrainingInputs _inputs;
    private readonly ProtocolEvaluation _tests;
    private readonly DasslCheckpoints _checkpoints;
    private readonly Stopwatch _sinceStart = Stopwatch.StartNew();

    private TrainingRun(
        ExperimentConfig config, RunFolder folder, TrainingLog log, TrainingInputs inputs, ProtocolEvaluation tests)
    {
        _config = config;
        _folder = folder;
        _log = log;
        _inputs = inputs;
        _tests = tests;
        _checkpoints = new DasslCheckpoints(folder.Root, inputs.Method.CheckpointFolder);
    }

    /// <summary>Finds and opens everything.</summary>
    /// <param name="config">All settings, resolved.</param>
    /// <param name="isEvaluation">Whether nothing will be trained.</param>
    /// <param name="observer">Is told how it goes; null for nobody.</param>
    /// <param name="cancellation">Stops downloads, hashing, and the making of a teacher store.</param>
    /// <exception cref="PromptKDException">An input is missing, damaged, or does not fit the others.</exception>
    public static TrainingRun Open(
        ExperimentConfig config, bool isEvaluation, ITrainingObserver? observer, CancellationToken cancellation)
    {
        ProtocolLists lists = DatasetProtocol.Read(
            config.Dataset, config.Trainer.Name, config.Trainer.Modal, config.Seed);
        config = new ReferenceFiles("").Complete(config);
        config = config with { Distill = config.Distill with { Classes = [.. lists.ClassNames], Val = "" } };
        RunFolder folder = RunFolder.OpenLikeDassl(config.OutputDir, isEvaluation ? null : config);
        var log = new TrainingLog(folder, config, observer);
        try
        {
            var inputs = TrainingInputs.Open(config, lists, isEvaluation ? null : folder, log, cancellation);
            return new TrainingRun(config, folder, log, inputs, new ProtocolEvaluation(config, lists, inputs, log));
        }
        catch
        {
            log.Dispose();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Trains to the last epoch, keeps the selected model, and tests it.</summary>
    /// <param name="cancellation">Stops behind the running step, with a checkpoint.</param>
    public TrainingReport Train(CancellationToken cancellation)
    {
        using var loop = new TrainingLoop(_inputs.Method, Plan(cancellation));
        new TrainingResumption(_config, _folder, _checkpoints, _inputs, _log).Resume(loop);
        int size = _inputs.Preprocessing.Size;
        _folder.Begin(_config with { Input = _config.Input with { Size = [size, size] } });
        _log.OnPhase($"Training {_config.Trainer.Name} on {_inputs.Pictures.Count} pictures of {_config.Dataset.Name}, "
            + $"{_config.Optim.MaxEpoch} epochs; the model of which epoch is kept: {_tests.DescribeSelection()}");
        Experiment.Learn(loop, _log, cancellation);
        foreach (SkippedPicture picture in loop.Position.Skipped)
        {
            _log.OnWarning($"skipped {picture.Path}: {picture.Reason}");
        }

        _log.OnPrint(DasslResults.EndOfTraining);
        int epoch = Deploy(loop.Position);
        TrainingResult result = Finish(_tests.Selection, epoch, TrainingResult.FileName, cancellation);
        if (loop.Position.History.FirstOrDefault(record => record.Epoch == epoch) is { } selected)
        {
            _inputs.Export(_folder, selected);
        }

        return new TrainingReport(_folder.Root, result, loop.Position.History, loop.Position.Skipped);
    }

    /// <summary>Tests a model that is there.</summary>
    /// <param name="request">Where it is.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="PromptKDException">It is not there, or of another method or other sizes.</exception>
    public TrainingReport Evaluate(TrainingRequest request, CancellationToken cancellation)
    {
        int? epoch = null;
        if (_inputs.Method.Trainable.Count > 0)
        {
            string output = request.ModelDir.Length > 0 ? request.ModelDir : _folder.Root;
            epoch = LoadModel(new DasslCheckpoints(output, _inputs.Method.CheckpointFolder).Find(request.LoadEpoch));
        }

        // An evaluation in the folder of a run must not take the place of what the run came to.
        string file = _folder.IsBegun ? "evaluation.json" : TrainingResult.FileName;
        TrainingResult result = Finish(ModelSelection.Given, epoch, file, cancellation);
        return new TrainingReport(_folder.Root, result, [], []);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _inputs.Dispose();
        _log.Dispose();
        _folder.Dispose();
    }

    private TrainingPlan Plan(CancellationToken cancellation)
    {
        TrainingPlan plan = _inputs.Pictures.Plan(_folder.CheckpointPath, _inputs.Digests, cancellation);
        return plan with
        {
            Validate = _tests.Validate,
            Progress = _log,
            EpochEnding = (history, momentum) => Keep(history, momentum, plan.Schedule),
            EpochDone = history =>
            {
                _folder.WriteMetrics(MetricLines.Of(history, teacher: null));
                _log.OnEpoch(history[^1]);
            },
        };
    }

    // The best model first, as in the reference: the text file then names that of the epoch.
    private void Keep(
        IReadOnlyList<EpochRecord> history,
        IReadOnlyList<KeyValuePair<string, Tensor>> momentum,
        LearningRateSchedule schedule)
    {
        EpochRecord last = history[^1];
        var state = new DasslTrainingState
        {
            Epoch = last.Epoch,
            LearningRate = schedule.Rate(last.Epoch),
            Momentum = momentum,
            Settings = _config.Optim,
            ValidationResult = last.Validation?.All,
        };
        if (last.Validation is not null && Best(history) == last)
        {
            _checkpoints.Write(_checkpoints.Best, _inputs.Method, state);
        }

        int frequency = _config.Train.CheckpointFreq;
        if (last.Epoch == _config.Optim.MaxEpoch || (frequency > 0 && last.Epoch % frequency == 0))
        {
            _checkpoints.Write(_checkpoints.Of(last.Epoch), _inputs.Method, state);
        }
    }

    // The first of equals: a later epoch must be better.
    private static EpochRecord? Best(IReadOnlyList<EpochRecord> history) =>
        history.Where(record => record.Validation is not null).MaxBy(record => record.Validation!.All);

    private int Deploy(TrainingPosition end)
    {
        if (_config.Test.NoTest)
        {
            return end.Epoch;
        }

        if (_tests.Selection == ModelSelection.LastEpoch || Best(end.History) is null)
        {
            _log.OnPrint("Deploy the last-epoch model");
            return end.Epoch;
        }

        _log.OnPrint("Deploy the model with the best val performance");
        LoadModel(_checkpoints.Best);
        return Best(end.History)!.Epoch;
    }

    private int? LoadModel(string path)
    {
        using CheckpointFile file = CheckpointFile.Open(path);
        using DisposeScope scope = NewDisposeScope();
        int? epoch = (int?)file.Epoch;
        _log.OnPrint($"Loading weights to {_inputs.Method.CheckpointFolder} from \"{path}\" (epoch = {epoch})");
        _inputs.Method.LoadCheckpoint(TensorEntry.ReadAll(file.Tensors), path);
        return epoch;
    }

    private TrainingResult Finish(ModelSelection selection, int? epoch, string file, CancellationToken cancellation)
    {
        TrainingResult result = _tests.Finish(selection, epoch, cancellation);
        _log.OnPrint($"Elapsed: {DasslProgress.Clock(_sinceStart.Elapsed)}");
        foreach (string line in TrainingSummary.Lines(result, _config.Optim.MaxEpoch))
        {
            _log.OnPrint(line);
        }

        string json = JsonSerializer.Serialize(result, RecordJson.Indented) + "\n";
        WholeFile.WriteText(Path.Combine(_folder.Root, file), json);
        return result;
    }
}
