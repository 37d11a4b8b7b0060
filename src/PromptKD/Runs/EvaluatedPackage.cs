using PromptKD.Configuration;
using PromptKD.Export;
using PromptKD.Methods;
using PromptKD.Models.Weights;

namespace PromptKD.Runs;

/// <summary>
/// The package of a model that was evaluated and not trained: for <c>predict</c>, whoever has published its checkpoint.
/// </summary>
internal static class EvaluatedPackage
{
    // That of a run that is there says how it was learned, and stays.
    private const string BesideARun = "evaluated-student";

    /// <summary>
    /// Writes it into the output folder: <c>student/</c>, or <c>evaluated-student/</c> in the folder of a run.
    /// </summary>
    /// <param name="run">The evaluation.</param>
    /// <param name="method">With the values of the checkpoint.</param>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <exception cref="PromptKDException">The checkpoint or the folder cannot be read or written.</exception>
    public static void Write(OpenRun run, ITrainedMethod method, string checkpoint)
    {
        if (method.Deploy(run.Settings.ClassNames) is not { } deployed)
        {
            run.Log.OnPhase($"No package: {CheckpointDescription.WhyNone(run.Settings.Method.Name)}");
            return;
        }

        string folder = run.Folder.IsBegun ? Path.Combine(run.Folder.Root, BesideARun) : run.Folder.StudentFolder;
        if (run.Folder.IsReadOnly)
        {
            run.Log.OnWarning($"{folder} is not written: nothing can be written there.");
            return;
        }

        ExperimentConfig config = run.Settings.Config;
        using CheckpointFile file = CheckpointFile.Open(checkpoint);
        MethodRow row = run.Settings.Method;
        StudentPackage.Write(folder, deployed, CheckpointDescription.Of(
            deployed,
            new CheckpointOrigin(row.Name, Path.GetFileName(checkpoint), file.Epoch, file.ValidationResult),
            row.LearnsFrom == Supervision.Teacher ? config.Trainer.PromptKD.Templates : [],
            run.Inputs.Preparation,
            run.Context.Target.PrecisionName,
            CheckpointDescription.Inputs(
                row, run.Inputs.Digests, FileDigest.Sha256([checkpoint], run.Context.Digests, run.Context.Stop))) with
        {
            OwnTexts = row.LearnsFrom == Supervision.Teacher && !config.Trainer.PromptKD.SharedText,
        });
        run.Log.OnPhase($"Package: {folder}");
    }
}
