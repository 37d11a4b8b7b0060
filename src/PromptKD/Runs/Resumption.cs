using PromptKD.Evaluation;
using PromptKD.Training;

namespace PromptKD.Runs;

/// <summary>Goes on from a checkpoint of our own: the same bytes as a run that was never interrupted.</summary>
internal static class Resumption
{
    /// <summary>Restores what there is in a folder.</summary>
    /// <param name="run">The run.</param>
    /// <param name="loop">Is restored.</param>
    /// <param name="folder">The run's own folder, or that of a run to go on from.</param>
    /// <param name="metrics">
    /// The lines of the metrics, of a position; null for those of the epochs alone.
    /// </param>
    /// <returns>Whether there was a checkpoint.</returns>
    /// <exception cref="PromptKDException">It was made from other inputs or settings, or is damaged.</exception>
    public static bool Restore(
        OpenRun run, TrainingLoop loop, string folder, Func<TrainingPosition, IEnumerable<MetricLine>>? metrics = null)
    {
        using TrainingCheckpoint? checkpoint = TrainingCheckpoint.ReadIfAny(
            RunFolder.CheckpointOf(folder), run.Log.OnWarning);
        if (checkpoint is null)
        {
            return false;
        }

        RunFolder.RefuseOtherConfiguration(folder, run.Settings.Config);
        RunMark.RefuseOther(checkpoint.Path, checkpoint.RunMark, run.Settings.Config);
        ChangedPictures.Accept(run, folder, checkpoint.Inputs);
        bool isOwn = folder == run.Folder.Root;
        run.Log.OnPhase($"Going on behind {checkpoint.Position.Describe()}{(isOwn ? "" : $" of {folder}")}");
        HashSet<string> paths = [.. run.Inputs.Pictures.Items.Select(item => item.Path)];
        loop.Restore(checkpoint, picture => paths.Contains(picture.Path), isOwn);
        run.Folder.WriteMetrics(
            metrics?.Invoke(checkpoint.Position) ?? MetricLines.Of(checkpoint.Position.History, new Baselines()));
        return true;
    }
}
