using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Dassl;
using PromptKD.Data.Datasets;
using PromptKD.Data.Pictures;
using PromptKD.Methods;
using PromptKD.Models.Weights;
using PromptKD.Runs.Measuring;
using PromptKD.Runs.Pages;
using PromptKD.Runtime;
using PromptKD.Training;

namespace PromptKD.Runs.Teach;

/// <summary>Teaching: a few labelled pictures of each class; learned prompts of a teacher at the end.</summary>
/// <param name="config">All settings.</param>
internal sealed class TeachKind(ExperimentConfig config) : RunKind<TeachingReport>
{
    private LabelledPictures? _labelled;
    private TeachingReport? _earlier;

    // Filled by Resolve, which comes first.
    private LabelledPictures Labelled => _labelled!;

    /// <inheritdoc/>
    public override RunSettings Resolve(CancellationToken stop)
    {
        ExperimentConfig settled = Settling.Seed(config);
        TeachPreset.Check(settled);
        _labelled = LabelledPictures.Read(settled, stop);
        MethodRow method = MethodCatalog.FindTeaching(settled.Trainer.Name);
        RefuseWordsOfSomeClasses(settled.Trainer);
        List<string> warnings =
        [
            .. new[]
            {
                ActingKeys.OfTeach(settled).Warning(),
                _labelled.DescribeShort(settled.Dataset.NumShots),
                settled.Distill.Classes.Count > 0 ? null : _labelled.DescribeCodes(),
            }.OfType<string>(),
        ];
        PictureFolder? validation = Validation(settled, stop);
        return new RunSettings
        {
            Config = settled with { Distill = settled.Distill with { Classes = [.. _labelled.ClassNames] } },
            Method = method,
            Target = Settling.Target(settled, method, warnings),
            Clip = settled.Distill.Teacher,
            PictureSize = settled.Distill.TeacherPictureSize,
            ClassNames = [.. _labelled.ClassNames.Take(_labelled.LearnedClasses)],
            PictureRoot = settled.Distill.Labelled,
            Pictures = _labelled.Shots,
            Measured = validation?.Items ?? _labelled.HeldOut,
            LeftOut = [.. new[] { _labelled.LeftOut, validation?.LeftOut }.OfType<LeftOut>()],
            Warnings = warnings,
        };
    }

    /// <inheritdoc/>
    public override TeachingReport? FindFinished(OpenRun run)
    {
        TeachingReport? report = TeachingReport.ReadIfAny(run.Folder.Root);
        if (report is null)
        {
            return null;
        }

        string? changes = ChangedPictures.RefuseOtherInputs(run, run.Folder.Root, report.Inputs);
        if (!report.IsOf(report.Checkpoint))
        {
            _earlier = report;
            run.Log.OnPhase($"Writing {report.Checkpoint} again: it is missing or damaged");
            return null;
        }

        ChangedPictures.WarnOfFinished(run, changes);
        run.Log.OnPhase($"Finished already: {report.Checkpoint}");
        TeacherPage.WriteIfMissing(run, report);
        return report;
    }

    /// <inheritdoc/>
    public override TrainingPlan Plan(OpenRun run, ITrainedMethod method, TrainingPlan common) => common with
    {
        EpochEnding = (history, optimizer) =>
        {
            if (history.Count == config.Optim.MaxEpoch)
            {
                Models(run, method).KeepLast(optimizer, common.Schedule);
            }
        },
    };

    /// <inheritdoc/>
    public override void Resume(OpenRun run, ITrainedMethod method, TrainingLoop loop)
    {
        base.Resume(run, method, loop);
        if (loop.Position.Epoch == config.Optim.MaxEpoch)
        {
            // Somebody may have taken it away, or changed it; all of it is in the run's own checkpoint.
            method.SetTraining(false);
            Models(run, method).KeepLast(loop.Optimizer, loop.Plan.Schedule);
        }
    }

    /// <inheritdoc/>
    public override string Describe(OpenRun run) =>
        $"Teaching with {Counted.Of(run.Inputs.Pictures.ReadableCount, "labelled picture")} of "
        + $"{Counted.Of(Labelled.LearnedClasses, "class", "classes")} by "
        + $"{config.Trainer.Name}, {Counted.Of(config.Optim.MaxEpoch, "epoch")}";

    /// <inheritdoc/>
    public override TeachingReport Finish(OpenRun run, ITrainedMethod method, TrainingLoop loop)
    {
        string checkpoint = TeachingReport.CheckpointOf(config);
        var learned = LearnedPictures.Of(run, loop);
        var report = new TeachingReport
        {
            Checkpoint = checkpoint,
            CheckpointSha256 = FileDigest.Sha256([checkpoint]),
            Method = config.Trainer.Name,
            LearnedClasses = run.Settings.ClassNames,
            Shots = config.Dataset.NumShots,
            Pictures = learned.Count,
            LeftOut = learned.LeftOut,
            SkippedPictures = learned.Skipped,
            ShortClasses = LearnedPictures.IsOfNow(run, loop) || _earlier is null
                ? Labelled.Short.Count
                : _earlier.ShortClasses,
            Seed = run.Settings.Config.Seed,
            Inputs = learned.Inputs,
        };
        if (TaughtMeasurement.Open(run, Labelled) is { } measurement)
        {
            report = report with
            {
                MeasuredOn = measurement.Pictures,
                ZeroShot = measurement.MeasurePlain(method.Model),
                Taught = measurement.MeasureTaught(method.Model, checkpoint),
            };
            measurement.KeepAnswers();
        }

        foreach (RunNotice notice in Guarded.Look(run, loop.Position.History, report))
        {
            run.Log.OnWarning(notice.Message);
        }

        report.Write(run.Folder.Root);
        run.Log.OnPhase($"Wrote {checkpoint}");
        PageFile.Write(run, "teacher", new TeacherPage(run, report, loop.Position).Collect);
        return report;
    }

    // A class that is not learned would have no words at all, and the teacher's checkpoint no place for it.
    private void RefuseWordsOfSomeClasses(TrainerConfig trainer)
    {
        if (trainer is { Name: "CoOp", CoOp: { Csc: true, CtxInit: "" } }
            && Labelled.LearnedClasses < Labelled.ClassNames.Count)
        {
            throw new PromptKDException(
                $"TRAINER.COOP.CSC gives each class words of its own, and {Labelled.LearnedClasses} of "
                + $"{Labelled.ClassNames.Count} classes are learned (‹base›). Learn all of them, or leave CSC out.");
        }
    }

    // Listed again when it is measured: a folder that does not fit is refused before anything is learned.
    private static PictureFolder? Validation(ExperimentConfig settled, CancellationToken stop) =>
        settled.Distill.Val.Length == 0
            ? null
            : PictureFolder.Labelled(
                settled.Distill.Val,
                settled.Distill.Classes.Count > 0 ? settled.Distill.Classes : null,
                stop: stop);

    private static KeptModels Models(OpenRun run, ITrainedMethod method) =>
        new(run.Folder.Root, run.Settings.Config, method, run.Log.OnPrint);
}
