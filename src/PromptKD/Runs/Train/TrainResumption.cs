using PromptKD.Configuration;
using PromptKD.Dassl;
using PromptKD.Methods;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Training;

namespace PromptKD.Runs.Train;

/// <summary>
/// Finds where a training goes on: our own checkpoint gives the same bytes as a run that was never interrupted; a
/// checkpoint of Dassl's programs gives parameters, momentum and epoch.
/// </summary>
/// <param name="run">The run.</param>
/// <param name="method">What is trained.</param>
/// <param name="checkpoints">Dassl's checkpoints in the run's folder.</param>
internal sealed class TrainResumption(OpenRun run, ITrainedMethod method, DasslCheckpoints checkpoints)
{
    private ExperimentConfig Config => run.Settings.Config;

    /// <summary>Restores what there is: in the output folder, else in the folder of RESUME.</summary>
    /// <exception cref="PromptKDException">
    /// There is nothing in the folder of RESUME, or what there is was made from other inputs or settings.
    /// </exception>
    public void Resume(TrainingLoop loop)
    {
        if (Resumption.Restore(run, loop, run.Folder.Root))
        {
            return;
        }

        if (ResumeTheirs(loop, checkpoints, ownToo: false))
        {
            loop.Adopt();
            return;
        }

        if (Config.Resume.Length == 0)
        {
            return;
        }

        var others = new DasslCheckpoints(Config.Resume, Config.Trainer.Name);
        if (!Resumption.Restore(run, loop, Config.Resume) && !ResumeTheirs(loop, others, ownToo: true))
        {
            throw new PromptKDException(
                $"Nothing to go on from: {others.Folder} has no checkpoint. ‹resume› is the output folder of a run.");
        }

        if (File.Exists(others.Best))
        {
            WholeFile.Copy(others.Best, checkpoints.Best);
        }

        loop.Adopt();
    }

    // The file written last may be the best model of an older epoch; the reference takes it all the same. What a run of
    // ours has written belongs to the state that it lacks here: unless somebody asks for it, the run is done again.
    private bool ResumeTheirs(TrainingLoop loop, DasslCheckpoints theirs, bool ownToo)
    {
        string? path = Config.Reference ? theirs.LastWritten() : theirs.Latest() ?? theirs.LastWritten();
        if (path is null)
        {
            return false;
        }

        using CheckpointFile file = CheckpointFile.Open(path);
        if (file.RunMark is not null && !ownToo)
        {
            run.Log.OnPhase($"Beginning anew: {path} is of a run of ours whose own checkpoint is gone");
            return false;
        }

        using DisposeScope scope = NewDisposeScope();
        int epoch = (int?)file.Epoch ?? throw new PromptKDException(
            $"{path}: does not say of which epoch it is, so a training cannot go on from it.");
        run.Log.OnPhase($"Going on behind epoch {epoch} of {path}");
        method.LoadLearned(TensorEntry.ReadAll(file.Tensors), path);
        IReadOnlyDictionary<string, Tensor> momentum = DasslTrainingState.ReadMomentum(
            file, theirs.Model.StateOf(method, method.Deployed).Select(named => named.Key));
        if (momentum.Count == 0)
        {
            run.Log.OnWarning($"{path}: no momentum for these parameters; it starts afresh.");
        }

        loop.RestoreEpoch(epoch, momentum);
        return true;
    }
}
