using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Dassl;
using PromptKD.Data.Datasets;
using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Evaluation;
using PromptKD.Methods;
using PromptKD.Models.Weights;
using PromptKD.Runs.Train;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Text;
using PromptKD.Training;

namespace PromptKD.Runs.Teach;

/// <summary>One run of <see cref="Experiment.Teach"/>, opened: its pictures are drawn, its folder is held.</summary>
internal sealed class TeachingRun : IDisposable
{
    // The family's folder of both methods that tune teachers.
    private const string PromptedTowers = "VLPromptLearner";

    private readonly ExperimentConfig _config;
    private readonly LabelledPictures _labelled;
    private readonly RunFolder _folder;
    private readonly RunObserver _watcher;

    private TeachingRun(
        ExperimentConfig config, LabelledPictures labelled, RunFolder folder, ITrainingObserver? observer)
    {
        _config = config;
        _labelled = labelled;
        _folder = folder;
        _watcher = new RunObserver(folder, config.Train.PrintFreq, observer);
    }

    /// <summary>Lists the labelled pictures, draws the shots, and takes hold of the output folder.</summary>
    /// <param name="config">All settings.</param>
    /// <param name="observer">Is told how it goes; null for nobody.</param>
    /// <exception cref="PromptKDException">
    /// A setting cannot be used, the pictures do not fit the classes, or the folder holds another run.
    /// </exception>
    public static TeachingRun Open(ExperimentConfig config, ITrainingObserver? observer)
    {
        TeachPreset.Check(config);
        var labelled = LabelledPictures.Read(config);
        config = config with { Distill = config.Distill with { Classes = [.. labelled.ClassNames] } };
        return new TeachingRun(config, labelled, RunFolder.Open(config.OutputDir, config), observer);
    }

    /// <summary>The checkpoint that a run ends with: that of its last epoch, with the averaged prompts.</summary>
    /// <param name="config">OUTPUT_DIR and OPTIM.MAX_EPOCH.</param>
    public static string CheckpointOf(ExperimentConfig config) =>
        new DasslCheckpoints(config.OutputDir, PromptedTowers).Of(config.Optim.MaxEpoch);

    /// <summary>Tunes the teacher to the last epoch and measures it; a finished run only reports again.</summary>
    /// <param name="cancellation">Stops behind the running step, with a checkpoint.</param>
    public TeachingReport Run(CancellationToken cancellation)
    {
        if (_labelled.DescribeShort(_config.Dataset.NumShots) is { } warning)
        {
            _watcher.OnWarning(warning);
        }

        ExperimentConfig tuned = Tuned();
        if (TeachingReport.ReadIfAny(_folder.Root) is { } finished && File.Exists(finished.Checkpoint))
        {
            _folder.RefuseOtherInputs(
                finished.Inputs, TrainingInputs.DigestLabelled(tuned, _labelled.Shots, _watcher, cancellation));
            _watcher.OnPhase($"Finished already: {finished.Checkpoint}");
            return finished;
        }

        TeachingReport report = Measure(Learn(tuned, cancellation), cancellation);
        report.Write(_folder.Root);
        _watcher.OnPhase($"Wrote {report.Checkpoint}");
        return report;
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    // In the words of train: the CLIP that is prompted is DISTILL.STUDENT, and the classes are those that are learned.
    private ExperimentConfig Tuned() => _config with
    {
        Dataset = _config.Dataset with { Root = _config.Distill.Labelled },
        Distill = _config.Distill with
        {
            Student = _config.Distill.Teacher,
            Classes = [.. _labelled.ClassNames.Take(_labelled.LearnedClasses)],
        },
    };

    private TeachingReport Learn(ExperimentConfig tuned, CancellationToken cancellation)
    {
        var lists = new ProtocolLists(tuned.Distill.Classes, _labelled.Shots, null, _labelled.HeldOut, null);
        using TrainingInputs inputs = TrainingInputs.Open(tuned, lists, _folder, _watcher, cancellation);
        TrainingCheckpoint? checkpoint = TrainingCheckpoint.ReadIfAny(_folder.CheckpointPath);
        if (checkpoint is not null)
        {
            _folder.RefuseOtherInputs(checkpoint.Inputs, inputs.Digests);
        }

        int size = inputs.Preprocessing.Size;
        _folder.Begin(_config with { Input = _config.Input with { Size = [size, size] } });
        TrainingPlan plan = Plan(inputs, cancellation);
        using var loop = new TrainingLoop(inputs.Method, plan);
        if (checkpoint is not null)
        {
            _watcher.OnPhase($"Going on behind {checkpoint.Position.Describe()}");
            loop.Restore(checkpoint);
            _folder.WriteMetrics(MetricLines.Of(checkpoint.Position.History, teacher: null));
            if (checkpoint.Position.Epoch == _config.Optim.MaxEpoch && !File.Exists(CheckpointOf(_config)))
            {
                // Somebody took it away; all of it is in the run's own checkpoint.
                Keep(inputs.Method, plan.Schedule, [.. checkpoint.Momentum]);
            }
        }

        _watcher.OnPhase($"Teaching with {_labelled.Shots.Count} labelled pictures of {_labelled.LearnedClasses} classes "
            + $"by {_config.Trainer.Name}, {_config.Optim.MaxEpoch} epochs");
        Experiment.Learn(loop, _watcher, cancellation);
        Warn(plan.Skipped);
        return Describe(inputs, CheckpointOf(_config), plan.Skipped.Count);
    }

    private TrainingPlan Plan(TrainingInputs inputs, CancellationToken cancellation)
    {
        TrainingPlan plan = inputs.Pictures.Plan(_folder.CheckpointPath, inputs.Digests, cancellation);
        return plan with
        {
            Progress = _watcher,
            EpochEnding = (history, momentum) =>
            {
                if (history.Count == _config.Optim.MaxEpoch)
                {
                    Keep(inputs.Method, plan.Schedule, momentum);
                }
            },
            EpochDone = history =>
            {
                _folder.WriteMetrics(MetricLines.Of(history, teacher: null));
                _watcher.OnEpoch(history[^1]);
            },
        };
    }

    private void Keep(
        ITrainedMethod method, LearningRateSchedule schedule, IReadOnlyList<KeyValuePair<string, Tensor>> momentum)
    {
        var checkpoints = new DasslCheckpoints(_folder.Root, method.CheckpointFolder);
        int epoch = _config.Optim.MaxEpoch;
        checkpoints.Write(checkpoints.Of(epoch), method, new DasslTrainingState
        {
            Epoch = epoch,
            LearningRate = schedule.Rate(epoch),
            Momentum = momentum,
            Settings = _config.Optim,
        });
    }

    private TeachingReport Describe(TrainingInputs inputs, string checkpoint, int skipped) => new()
    {
        Checkpoint = checkpoint,
        CheckpointSha256 = FileDigest.Sha256([checkpoint]),
        Method = _config.Trainer.Name,
        LearnedClasses = [.. _labelled.ClassNames.Take(_labelled.LearnedClasses)],
        Shots = _config.Dataset.NumShots,
        Pictures = _labelled.Shots.Count,
        SkippedPictures = skipped,
        ShortClasses = _labelled.Short.Count,
        Seed = _config.Seed,
        Inputs = inputs.Digests,
    };

    private TeachingReport Measure(TeachingReport report, CancellationToken cancellation)
    {
        bool hasFolder = _config.Distill.Val.Length > 0;
        if (!hasFolder && _labelled.HeldOut.Count == 0)
        {
            _watcher.OnPhase("Nothing to measure on: every labelled picture was learned from, and there is no --val");
            return report;
        }

        return report with
        {
            MeasuredOn = hasFolder ? "validation folder" : "labelled pictures that were not learned from",
            ZeroShot = MeasureTeacher("the CLIP as it came", "", cancellation),
            Taught = MeasureTeacher("the taught teacher", report.Checkpoint, cancellation),
        };
    }

    // As distilling will use it: the towers, the sentences and the rounding are those of a frozen teacher.
    private BaseNovelResult MeasureTeacher(string name, string checkpoint, CancellationToken cancellation)
    {
        ComputeTarget target = TrainPreset.Target(_config, _watcher);
        DistillConfig paths = _config.Distill with { TeacherPrompts = checkpoint };
        using var opened = OpenedTeacher.Open(paths, target, _watcher, cancellation);
        FrozenTeacher clip = opened.Model;
        Preprocessing preprocessing = DistillationPictures.PreprocessingOf(_config, clip.Architecture);
        PictureLoaderOptions options = DistillationPictures.LoaderOptions(_config);
        FolderEvaluation evaluation = _config.Distill.Val.Length > 0
            ? new FolderEvaluation(_config.Distill.Val, _labelled.ClassNames, preprocessing, options)
            : new FolderEvaluation(_labelled.HeldOut, _labelled.ClassNames.Count, preprocessing, options);
        _watcher.OnPhase($"Measuring {name} on {evaluation.Pictures} pictures");
        TowerPromptConfig method = TeachPreset.Method(_config);
        string vocabulary = ModelFiles.FindVocabulary(_config.Distill.Vocab, clip.Folder, cancellation);
        using var classifier = new ZeroShotMethod(
            clip.ReadImageTower(roundToHalf: false),
            clip.ReadClassVectors(
                ClipTokenizer.Load(vocabulary),
                _labelled.ClassNames,
                [.. _config.Trainer.PromptKD.Templates.Select(pattern => new PromptTemplate(pattern))],
                ContextText.CountedInTokens(method.CtxInit, method.NCtxText).Prefix,
                roundToHalf: false));
        BaseNovelResult result = evaluation.Measure(
            classifier.Classify, _config.Distill.Base, _config.DataLoader.Test.BatchSize, cancellation);
        Warn(evaluation.Skipped);
        return result;
    }

    private void Warn(SkippedPictures pictures)
    {
        foreach (SkippedPicture picture in pictures)
        {
            _watcher.OnWarning($"skipped {picture.Path}: {picture.Reason}");
        }
    }
}
