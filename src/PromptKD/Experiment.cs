using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Features.Store;
using PromptKD.Inference.Exports;
using PromptKD.Methods;
using PromptKD.Runs;
using PromptKD.Runs.Distill;
using PromptKD.Runs.Teach;
using PromptKD.Runs.Train;
using PromptKD.Runtime;
using PromptKD.Runtime.Processes;
using PromptKD.Teachers;
using PromptKD.Training;

namespace PromptKD;

/// <summary>
/// The front door: a method a verb. <c>Runs/Run.cs</c> walks the line that all of them are kinds of:
/// <code>
///  class names ─► Text ─► Teachers.ClassVectors ─┐
///                                                ▼
///  pictures ─► Data ─► Batch ─► Methods (scores of teacher and student, loss) ─► Training ─► Evaluation ─► Export
/// </code>
/// </summary>
public static class Experiment
{
    /// <summary>What TRAINER.NAME may be, in the order in which people are told.</summary>
    public static IReadOnlyList<string> Trainers { get; } = [.. MethodCatalog.All.Select(method => method.Name)];

    /// <summary>
    /// Distils a teacher into a student on unlabelled pictures (PromptKD, arXiv 2403.02781) and writes the student
    /// package. A run that was cut off goes on from its last checkpoint; a finished one only reports again.
    /// </summary>
    /// <param name="config">
    /// All settings; <see cref="DistillPreset.Config"/> with DISTILL.* and OUTPUT_DIR filled in is enough.
    /// </param>
    /// <param name="observer">Is told how it goes; null for nobody.</param>
    /// <param name="cancellationToken">Stops behind the running step, with a checkpoint.</param>
    /// <exception cref="PromptKDException">A setting, folder, picture or checkpoint that the user can mend.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; the same call goes on from there.</exception>
    public static DistillationReport Distil(
        ExperimentConfig config, ITrainingObserver? observer = null, CancellationToken cancellationToken = default) =>
        Distil(new Distillation(config), observer, cancellationToken);

    /// <summary>As the shorter form, with pictures or a teacher of one's own.</summary>
    /// <param name="distillation">Settings and parts.</param>
    /// <param name="observer">Is told how it goes; null for nobody.</param>
    /// <param name="cancellationToken">Stops behind the running step, with a checkpoint.</param>
    /// <exception cref="PromptKDException">
    /// As the shorter form; or the run goes on with other pictures, or another teacher, than it began with.
    /// </exception>
    /// <exception cref="ArgumentException">A part is called what it cannot be called.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; the same call goes on from there.</exception>
    public static DistillationReport Distil(
        Distillation distillation, ITrainingObserver? observer = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(distillation);
        using ProcessSettings kept = ProcessSettings.Keep();
        return Run.Go(new DistillKind(distillation.Named(), distillation), observer, cancellationToken);
    }

    /// <summary>
    /// <see cref="Distil(Distillation, ITrainingObserver?, CancellationToken)"/> in a thread of its own, with events.
    /// </summary>
    /// <param name="distillation">Settings and parts.</param>
    /// <param name="events">
    /// Is told how it goes, by the thread that computes, which waits for it; null for nobody. <see cref="Progress{T}"/>
    /// takes events elsewhere, but without a synchronization context not in their order.
    /// </param>
    /// <param name="cancellationToken">Stops behind the running step, with a checkpoint.</param>
    /// <exception cref="PromptKDException">As the form that waits.</exception>
    /// <exception cref="ArgumentException">As the form that waits.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; the same call goes on from there.</exception>
    public static Task<DistillationReport> DistilAsync(
        Distillation distillation, IProgress<RunEvent>? events = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(distillation);
        EventObserver? observer = events is null ? null : new EventObserver(events);
        return Task.Factory.StartNew(
            () => Distil(distillation, observer, cancellationToken),
            cancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    /// <summary>
    /// Tunes a teacher's prompts on a few labelled pictures of each class (PromptSRC, arXiv 2307.06948), the stage
    /// before <see cref="Distil(ExperimentConfig, ITrainingObserver?, CancellationToken)"/>. A run that was cut off
    /// goes on from its last checkpoint; a finished one only reports again.
    /// </summary>
    /// <param name="config">
    /// All settings; <see cref="TeachPreset.Config"/> with DISTILL.LABELLED, DISTILL.TEACHER (the CLIP to tune) and
    /// OUTPUT_DIR filled in is enough.
    /// </param>
    /// <param name="observer">Is told how it goes; null for nobody.</param>
    /// <param name="cancellationToken">Stops behind the running step, with a checkpoint.</param>
    /// <exception cref="PromptKDException">A setting, folder, picture or checkpoint that the user can mend.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; the same call goes on from there.</exception>
    public static TeachingReport Teach(
        ExperimentConfig config, ITrainingObserver? observer = null, CancellationToken cancellationToken = default)
    {
        using ProcessSettings kept = ProcessSettings.Keep();
        return Run.Go(new TeachKind(config), observer, cancellationToken);
    }

    /// <summary>
    /// Both stages: tunes the teacher into the folder <c>teacher</c> of the distillation's output folder, then distils
    /// it. Either goes on where it was cut off; one that is finished is not repeated.
    /// </summary>
    /// <param name="stages">The settings of each, which agree where they speak of the same.</param>
    /// <param name="whileTeaching">Is told how the first stage goes; null for nobody.</param>
    /// <param name="whileDistilling">Is told how the second stage goes; null for nobody.</param>
    /// <param name="cancellationToken">Stops behind the running step, with a checkpoint.</param>
    /// <exception cref="PromptKDException">A setting, folder, picture or checkpoint that the user can mend.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; the same call goes on from there.</exception>
    public static (TeachingReport Teacher, DistillationReport Student) TeachAndDistil(
        TwoStages stages,
        ITrainingObserver? whileTeaching = null,
        ITrainingObserver? whileDistilling = null,
        CancellationToken cancellationToken = default)
    {
        stages.Check(cancellationToken);
        TeachingReport teacher = Teach(stages.Teaching, whileTeaching, cancellationToken);

        // The student's run would make a folder anew that went meanwhile, and with it the teacher.
        using FolderHold? hold = ProcessGroup.IsFollower ? null : FolderHold.Keep(stages.Distillation.OutputDir);
        return (teacher, Distil(stages.Distillation, whileDistilling, cancellationToken));
    }

    /// <summary>
    /// Runs an experiment as Dassl's <c>train.py</c> does: a method on a benchmark data set, by Dassl's keys,
    /// protocols, files and log lines. A run that was cut off goes on from its last checkpoint.
    /// </summary>
    /// <param name="config">
    /// All settings, starting from Dassl's defaults: data set file, trainer file, and what the command line says.
    /// </param>
    /// <param name="request">Whether to train, or to evaluate which model.</param>
    /// <param name="observer">Is told how it goes; null for nobody.</param>
    /// <param name="cancellationToken">Stops behind the running step, with a checkpoint.</param>
    /// <exception cref="PromptKDException">A setting, file, picture or checkpoint that the user can mend.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; the same call goes on from there.</exception>
    public static TrainingReport Train(
        ExperimentConfig config,
        TrainingRequest request,
        ITrainingObserver? observer = null,
        CancellationToken cancellationToken = default)
    {
        using ProcessSettings kept = ProcessSettings.Keep();
        return TrainKind.Go(config, request, observer, cancellationToken);
    }

    /// <summary>
    /// Stores what a frozen teacher sees in each view of each picture, once: of a folder (DISTILL.IMAGES), for
    /// <see cref="Distil(ExperimentConfig, ITrainingObserver?, CancellationToken)"/>, or of the training pictures of a
    /// data set (DATASET.NAME), for <see cref="Train"/>. What is there is kept; any number of processes may fill one
    /// store.
    /// </summary>
    /// <param name="config">
    /// All settings; those of a <see cref="Recipe"/> or <see cref="DatasetFeaturesPreset.Config"/> with pictures,
    /// teacher and DISTILL.STORE filled in are enough.
    /// </param>
    /// <param name="part">Which part of it this process makes.</param>
    /// <param name="observer">Is told how it goes; null for nobody.</param>
    /// <param name="cancellationToken">Stops between batches; finished shards stay.</param>
    /// <returns>Shards that are still missing: other processes' parts.</returns>
    /// <exception cref="PromptKDException">
    /// An input cannot be read, or the folder holds a store of something else.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was stopped; the same call goes on from there.</exception>
    public static int StoreFeatures(
        ExperimentConfig config,
        StorePart part,
        IRunObserver? observer = null,
        CancellationToken cancellationToken = default)
    {
        using ProcessSettings kept = ProcessSettings.Keep();
        QuantisedTower? quantise = config.Distill.EightBit ? Int8Tower.Make : null;
        return config.Dataset.Name.Length > 0
            ? TrainStore.Fill(config, part, observer, quantise, cancellationToken)
            : TeacherStoring.Fill(config, part, observer, quantise, cancellationToken);
    }
}
