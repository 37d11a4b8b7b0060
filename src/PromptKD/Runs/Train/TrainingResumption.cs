using PromptKD.Configuration;
using PromptKD.Dassl;
using PromptKD.Models.Weights;
using PromptKD.Training;

namespace PromptKD.Runs.Train;

/// <summary>
/// Finds where a training goes on: our own checkpoint gives the same bytes as a run that was never interrupted; a
/// checkpoint of the family's programs gives parameters, momentum and epoch.
/// </summary>
internal sealed class TrainingResumption(
    ExperimentConfig config, RunFolder run, DasslCheckpoints checkpoints, TrainingInputs inputs, ITrainingObserver log)
{
    /// <summary>Restores what there is: in the output folder, else in the folder of RESUME.</summary>
    /// <exception cref="PromptKDException">
    /// There is nothing in the folder of RESUME, or what there is was made from other inputs or settings.
    /// </exception>
    public void Resume(TrainingLoop loop)
    {
        if (ResumeOurs(loop, run.Root) || ResumeTheirs(loop, checkpoints))
        {
            return;
        }

        if (config.Resume.Length == 0)
        {
            return;
        }

        var others = new DasslCheckpoints(config.Resume, inputs.Method.CheckpointFolder);
        if (!ResumeOurs(loop, config.Resume) && !ResumeTheirs(loop, others))
        {
            throw new PromptKDException(
                $"Nothing to go on from: {others.Folder} has no checkpoint. --resume is the output folder of a run.");
        }

        if (File.Exists(others.Best) && !File.Exists(checkpoints.Best))
        {
            Directory.CreateDirectory(checkpoints.Folder);
            File.Copy(others.Best, checkpoints.Best);
        }
    }

    private bool ResumeOurs(TrainingLoop loop, string folder)
    {
        TrainingCheckpoint? checkpoint = TrainingCheckpoint.ReadIfAny(RunFolder.CheckpointOf(folder));
        if (checkpoint is null)
        {
            return false;
        }

        RunFolder.RefuseOtherConfiguration(folder, config);
        run.RefuseOtherInputs(checkpoint.Inputs, inputs.Digests);
        log.OnPhase($"Going on behind {checkpoint.Position.Describe()} of {folder}");
        loop.Restore(checkpoint);
        run.WriteMetrics(MetricLines.Of(checkpoint.Position.History, teacher: null));
        return true;
    }

    // The file written last may be the best model of an older epoch; the reference takes it all the same.
    private bool ResumeTheirs(TrainingLoop loop, DasslCheckpoints family)
    {
        string? path = config.Reference ? family.LastWritten() : family.Latest() ?? family.LastWritten();
        if (path is null)
        {
            return false;
        }

        using CheckpointFile file = CheckpointFile.Open(path);
        using DisposeScope scope = NewDisposeScope();
        int epoch = (int?)file.Epoch ?? throw new PromptKDException(
            $"{path}: does not say of which epoch it is, so a training cannot go on from it.");
        log.OnPhase($"Going on behind epoch {epoch} of {path}");
        inputs.Method.LoadCheckpoint(TensorEntry.ReadAll(file.Tensors), path);
        IReadOnlyDictionary<string, Tensor> momentum = DasslTrainingState.ReadMomentum(
            file, inputs.Method.CheckpointState.Select(named => named.Key));
        if (momentum.Count == 0)
        {
            log.OnWarning($"{path}: no momentum for these parameters; it starts afresh.");
        }

        loop.RestoreEpoch(epoch, momentum);
        return true;
    }
}
