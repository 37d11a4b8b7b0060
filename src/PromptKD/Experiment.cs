using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Data.Pictures;
using PromptKD.Evaluation;
using PromptKD.Export;
using PromptKD.Methods;
using PromptKD.Runs;
using PromptKD.Runs.Distill;
using PromptKD.Runs.Teach;
using PromptKD.Runs.Train;
using PromptKD.Runtime;
using PromptKD.Training;

namespace PromptKD;

/// <summary>
/// Start reading here: the whole pipeline, from a configuration to a student package.
/// <code>
///  class names ─► Text ──────────┐
///                                ▼
///  pictures ─► Data ─► Batch ─► Methods (teacher, student, loss) ─► Training ─► Evaluation ─► Export
/// </code>
/// </summary>
public static class Experiment
{
    /// <summary>
    /// Distils a teacher into a student on unlabelled pictures (PromptKD, arXiv 2403.02781) and writes the student
    /// package. A run that was cut off goes on from its last checkpoint; a finished one only reports again.
    /// </summary>
    /// <param name="config">
    /// All settings; <see cref="DistillPreset.Config"/> with DISTILL.* and OUTPUT_DIR filled in is enough.
    /// </param>
    /// <param name="observer">Is told how it goes; null for nobody.</param>
    /// <param name="cancellation">Stops behind the running step, with a checkpoint.</param>
    /// <exception cref="PromptKDException">A setting, folder, picture or checkpoint that the user can mend.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; the same call goes on from there.</exception>
    public static DistillationReport Distil(
        ExperimentConfig config, ITrainingObserver? observer = null, CancellationToken cancellation = default)
    {
        DistillPreset.Check(config);
        string device = config.Device == "auto" && !config.UseCuda ? "cpu" : config.Device;
        var target = ComputeTarget.Resolve(device, config.Trainer.PromptKD.Prec);
        using RunFolder run = RunFolder.Open(config.OutputDir, config);
        var watcher = new RunObserver(run, config.Train.PrintFreq, observer);

        // The pictures come first: a model may have to be fetched.
        IReadOnlyList<PictureItem> pictures = PictureFolder.Unlabelled(config.Distill.Images).Items;
        using var inputs = DistillationInputs.Open(
            config, config.Distill.Images, pictures, target, watcher, cancellation);
        TrainingCheckpoint? checkpoint = TrainingCheckpoint.ReadIfAny(run.CheckpointPath);
        if (checkpoint is not null)
        {
            run.RefuseOtherInputs(checkpoint.Inputs, inputs.Digests);
            if (checkpoint.Position.Epoch >= config.Optim.MaxEpoch && StudentPackage.IsComplete(run.StudentFolder))
            {
                watcher.OnPhase($"Finished already: {run.StudentFolder}");
                return inputs.Report(run, checkpoint.Position, StudentPackage.ReadManifest(run.StudentFolder));
            }
        }

        using PromptKDMethod method = inputs.BuildMethod(run, watcher, cancellation);
        TeacherResults? teacherResult = inputs.MeasureTeachers(watcher, cancellation);
        run.Begin(inputs.Resolved);
        using var loop = new TrainingLoop(method, inputs.Plan(run, method, teacherResult, watcher, cancellation));
        if (checkpoint is not null)
        {
            watcher.OnPhase($"Going on behind {checkpoint.Position.Describe()}");
            loop.Restore(checkpoint);
            run.WriteMetrics(MetricLines.Of(checkpoint.Position.History, teacherResult));
        }

        watcher.OnPhase($"Distilling {inputs.Pictures.Count} pictures, {config.Optim.MaxEpoch} epochs");
        Learn(loop, watcher, cancellation);
        inputs.WarnOfSkipped(watcher);
        method.SetTraining(false);
        StudentManifest manifest = inputs.Describe(loop.Position.History[^1], teacherResult, method);
        StudentPackage.Write(run.StudentFolder, method.Student, method.ClassVectors, manifest);
        watcher.OnPhase($"Wrote {run.StudentFolder}");
        return inputs.Report(run, loop.Position, manifest);
    }

    /// <summary>
    /// Tunes a teacher's prompts on a few labelled pictures of each class (PromptSRC, arXiv 2307.06948), the stage
    /// before <see cref="Distil"/>. A run that was cut off goes on from its last checkpoint; a finished one only
    /// reports again.
    /// </summary>
    /// <param name="config">
    /// All settings; <see cref="TeachPreset.Config"/> with DISTILL.LABELLED, DISTILL.TEACHER (the CLIP to tune) and
    /// OUTPUT_DIR filled in is enough.
    /// </param>
    /// <param name="observer">Is told how it goes; null for nobody.</param>
    /// <param name="cancellation">Stops behind the running step, with a checkpoint.</param>
    /// <exception cref="PromptKDException">A setting, folder, picture or checkpoint that the user can mend.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; the same call goes on from there.</exception>
    public static TeachingReport Teach(
        ExperimentConfig config, ITrainingObserver? observer = null, CancellationToken cancellation = default)
    {
        using var run = TeachingRun.Open(config, observer);
        return run.Run(cancellation);
    }

    /// <summary>
    /// Both stages: tunes the teacher into the folder <c>teacher</c> of the distillation's output folder, then distils
    /// it. Either goes on where it was cut off; one that is finished is not repeated.
    /// </summary>
    /// <param name="stages">The settings of each, which agree where they speak of the same.</param>
    /// <param name="whileTeaching">Is told how the first stage goes; null for nobody.</param>
    /// <param name="whileDistilling">Is told how the second stage goes; null for nobody.</param>
    /// <param name="cancellation">Stops behind the running step, with a checkpoint.</param>
    /// <exception cref="PromptKDException">A setting, folder, picture or checkpoint that the user can mend.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; the same call goes on from there.</exception>
    public static (TeachingReport Teacher, DistillationReport Student) TeachAndDistil(
        TwoStages stages,
        ITrainingObserver? whileTeaching = null,
        ITrainingObserver? whileDistilling = null,
        CancellationToken cancellation = default)
    {
        stages.Check(cancellation);
        TeachingReport teacher = Teach(stages.Teaching, whileTeaching, cancellation);
        return (teacher, Distil(stages.Distillation, whileDistilling, cancellation));
    }

    /// <summary>
    /// Runs an experiment of the CoOp family as its <c>train.py</c> does: a method on a benchmark data set, by the
    /// family's keys, protocols, files and log lines. A run that was cut off goes on from its last checkpoint.
    /// </summary>
    /// <param name="config">
    /// All settings, starting from the family's defaults: data set file, trainer file, and what the command line says.
    /// </param>
    /// <param name="request">Whether to train, or to evaluate which model.</param>
    /// <param name="observer">Is told how it goes; null for nobody.</param>
    /// <param name="cancellation">Stops behind the running step, with a checkpoint.</param>
    /// <exception cref="PromptKDException">A setting, file, picture or checkpoint that the user can mend.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; the same call goes on from there.</exception>
    public static TrainingReport Train(
        ExperimentConfig config,
        TrainingRequest request,
        ITrainingObserver? observer = null,
        CancellationToken cancellation = default)
    {
        ExperimentConfig resolved = TrainPreset.Resolve(config, request);
        bool isEvaluation = TrainPreset.IsEvaluation(resolved, request);
        using var run = TrainingRun.Open(resolved, isEvaluation, observer, cancellation);
        return isEvaluation ? run.Evaluate(request, cancellation)
            : request.NoTrain ? new TrainingReport(resolved.OutputDir, null, [], [])
            : run.Train(cancellation);
    }

    /// <summary>Trains to the end; says that a stopped run was saved.</summary>
    internal static void Learn(TrainingLoop loop, ITrainingObserver watcher, CancellationToken cancellation)
    {
        try
        {
            loop.Run(cancellation);
        }
        catch (OperationCanceledException)
        {
            watcher.OnPhase($"Saved behind {loop.Position.Describe()}: the same call goes on from there");
            throw;
        }
    }
}
