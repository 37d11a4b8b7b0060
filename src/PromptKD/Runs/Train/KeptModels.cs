using PromptKD.Configuration;
using PromptKD.Dassl;
using PromptKD.Evaluation;
using PromptKD.Methods;
using PromptKD.Models.Weights;
using PromptKD.Training;

namespace PromptKD.Runs.Train;

/// <summary>Which epochs' models are kept as Dassl's checkpoints, and which of them is deployed.</summary>
/// <param name="run">The run.</param>
/// <param name="method">What is trained.</param>
internal sealed class KeptModels(OpenRun run, ITrainedMethod method)
{
    private readonly DasslCheckpoints _checkpoints =
        new(run.Folder.Root, run.Settings.Method.Name, run.Settings.Mark);

    /// <summary>Keeps the model of the last finished epoch, if it is the best so far or due.</summary>
    /// <param name="history">The finished epochs.</param>
    /// <param name="optimizer">Its momentum is kept, too.</param>
    /// <param name="schedule">Says the rate of the epoch to come.</param>
    public void Keep(IReadOnlyList<EpochRecord> history, Optimizer optimizer, LearningRateSchedule schedule)
    {
        ExperimentConfig config = run.Settings.Config;
        EpochRecord last = history[^1];
        var state = new DasslTrainingState
        {
            Epoch = last.Epoch,
            LearningRate = schedule.Rate(last.Epoch),
            Momentum = optimizer.Momentum,
            Settings = config.Optim,
            ValidationResult = last.Validation?.All,
        };

        // The best model first, as in the reference: the text file then names that of the epoch.
        if (last.Validation is not null && Best(history) == last)
        {
            _checkpoints.Write(_checkpoints.Best, method, state);
        }

        int frequency = config.Train.CheckpointFreq;
        if (last.Epoch == config.Optim.MaxEpoch || (frequency > 0 && last.Epoch % frequency == 0))
        {
            _checkpoints.Write(_checkpoints.Of(last.Epoch), method, state);
        }
    }

    /// <summary>Makes the method the model that a run ends with.</summary>
    /// <returns>Its epoch, counted from 1.</returns>
    public int Deploy(TrainingPosition end, ModelSelection selection)
    {
        if (run.Settings.Config.Test.NoTest)
        {
            return end.Epoch;
        }

        if (selection == ModelSelection.LastEpoch || Best(end.History) is null)
        {
            run.Log.OnPrint("Deploy the last-epoch model");
            return end.Epoch;
        }

        run.Log.OnPrint("Deploy the model with the best val performance");
        int best = Best(end.History)!.Epoch;
        RefuseOther(_checkpoints.Best, best);
        Load(_checkpoints.Best);
        return best;
    }

    /// <summary>Takes the learned values of a checkpoint.</summary>
    /// <returns>The epoch that it says it is of; null where it does not.</returns>
    public int? Load(string path)
    {
        using CheckpointFile file = CheckpointFile.Open(path);
        using DisposeScope scope = NewDisposeScope();
        int? epoch = (int?)file.Epoch;
        run.Log.OnPrint($"Loading weights to {_checkpoints.Model.Folder} from \"{path}\" (epoch = {epoch})");
        method.LoadLearned(TensorEntry.ReadAll(file.Tensors), path);
        return epoch;
    }

    // The best model lies beside the run's own state, and another one may have been put in its place.
    private void RefuseOther(string path, int epoch)
    {
        using CheckpointFile file = CheckpointFile.Open(path);
        RunFolder.RefuseOtherRun(path, file.RunMark, run.Settings.Config);
        if (file.Epoch != epoch)
        {
            throw new PromptKDException(
                $"{path}: it is of epoch {file.Epoch}, but the best one was {epoch}: it was copied from elsewhere. Put "
                + "the right one back, or delete the folder to start afresh.");
        }
    }

    // The first of equals: a later epoch must be better.
    private static EpochRecord? Best(IReadOnlyList<EpochRecord> history) =>
        history.Where(record => record.Validation is not null).MaxBy(record => record.Validation!.All);
}
