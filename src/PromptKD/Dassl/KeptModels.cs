using PromptKD.Configuration;
using PromptKD.Evaluation;
using PromptKD.Methods;
using PromptKD.Models.Weights;
using PromptKD.Training;

namespace PromptKD.Dassl;

/// <summary>Which epochs' models are kept as Dassl's checkpoints, and which of them is deployed.</summary>
/// <param name="folder">Output folder of the run.</param>
/// <param name="config">All settings of the run.</param>
/// <param name="method">What is trained.</param>
/// <param name="print">Receives the lines that Dassl's programs print.</param>
internal sealed class KeptModels(string folder, ExperimentConfig config, ITrainedMethod method, Action<string> print)
{
    private readonly DasslCheckpoints _checkpoints = new(folder, config.Trainer.Name, RunMark.Of(config));

    /// <summary>Keeps the model of the last finished epoch, if it is the best so far or due.</summary>
    /// <param name="history">The finished epochs.</param>
    /// <param name="optimizer">Its momentum is kept, too.</param>
    /// <param name="schedule">Says the rate of the epoch to come.</param>
    public void Keep(IReadOnlyList<EpochRecord> history, Optimizer optimizer, LearningRateSchedule schedule)
    {
        EpochRecord last = history[^1];

        // The best model first, as in the reference: the text file then names that of the epoch.
        if (last.Validation is not null && Best(history) == last)
        {
            Write(_checkpoints.Best, last.Epoch, optimizer, schedule, last.Validation);
        }

        int frequency = config.Train.CheckpointFreq;
        if (last.Epoch == config.Optim.MaxEpoch || (frequency > 0 && last.Epoch % frequency == 0))
        {
            Write(_checkpoints.Of(last.Epoch), last.Epoch, optimizer, schedule, last.Validation);
        }
    }

    /// <summary>Keeps the model of the last epoch, whatever else is kept.</summary>
    /// <param name="optimizer">Its momentum is kept, too.</param>
    /// <param name="schedule">Says the rate of an epoch to come.</param>
    public void KeepLast(Optimizer optimizer, LearningRateSchedule schedule) => Write(
        _checkpoints.Of(config.Optim.MaxEpoch), config.Optim.MaxEpoch, optimizer, schedule, validation: null);

    /// <summary>Makes the method the model that a run ends with.</summary>
    /// <param name="end">Where the training ended.</param>
    /// <param name="selection">How the model is chosen.</param>
    /// <returns>Its epoch, counted from 1.</returns>
    /// <exception cref="PromptKDException">The file of the best model is of another epoch or run.</exception>
    public int Deploy(TrainingPosition end, ModelSelection selection)
    {
        if (config.Test.NoTest)
        {
            return end.Epoch;
        }

        if (selection == ModelSelection.LastEpoch || Best(end.History) is not { } best)
        {
            print("Deploy the last-epoch model");
            return end.Epoch;
        }

        print("Deploy the model with the best val performance");
        RefuseOther(_checkpoints.Best, best.Epoch);
        Load(_checkpoints.Best);
        return best.Epoch;
    }

    /// <summary>Takes the learned values of a checkpoint.</summary>
    /// <param name="path">Whose, of this run or of any other.</param>
    /// <returns>The epoch that it says it is of; null where it does not.</returns>
    /// <exception cref="PromptKDException">It is not there, damaged, or of another method or other sizes.</exception>
    public int? Load(string path)
    {
        using CheckpointFile file = CheckpointFile.Open(path);
        using DisposeScope scope = NewDisposeScope();
        int? epoch = (int?)file.Epoch;
        print($"Loading weights to {_checkpoints.Model.Folder} from \"{path}\" (epoch = {epoch})");
        method.LoadLearned(TensorEntry.ReadAll(file.Tensors), path);
        return epoch;
    }

    private void Write(
        string path, int epoch, Optimizer optimizer, LearningRateSchedule schedule, BaseNovelResult? validation)
    {
        _checkpoints.Write(path, method, new DasslTrainingState
        {
            Epoch = epoch,
            LearningRate = schedule.Rate(epoch),
            Momentum = optimizer.Momentum,
            Settings = config.Optim,
            ValidationResult = validation?.All,
        });
        print($"Checkpoint saved to {path}");
    }

    // The best model lies beside the run's own state, and another one may have been put in its place.
    private void RefuseOther(string path, int epoch)
    {
        using CheckpointFile file = CheckpointFile.Open(path);
        RunMark.RefuseOther(path, file.RunMark, config);
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
