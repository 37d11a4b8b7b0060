using System.Diagnostics;
using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Data.Pictures;
using PromptKD.Evaluation;
using PromptKD.Export;
using PromptKD.Features.Store;
using PromptKD.Methods;
using PromptKD.Runs.Measuring;
using PromptKD.Runs.Pages;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Training;

namespace PromptKD.Runs.Distill;

/// <summary>
/// Distilling: unlabelled pictures of a folder, a student package at the end. Teacher and student are measured on a
/// validation folder, where there is one.
/// </summary>
/// <param name="config">All settings.</param>
/// <param name="parts">Pictures and a teacher of one's own; null where the settings name both.</param>
internal sealed class DistillKind(ExperimentConfig config, Distillation? parts = null) : RunKind<DistillationReport>
{
    private ValidationPictures _validation = new([], config);
    private HeldOutPictures? _heldOut;
    private DistillFindings? _findings;
    private TimeSpan _measuring;

    /// <inheritdoc/>
    public override RunSettings Resolve(CancellationToken stop)
    {
        ExperimentConfig settled = ClassVectorFile.WithNames(DistillPreset.Resolve(Settling.Seed(config)));
        settled = settled with { Distill = SeveralStores.Resolve(settled.Distill) };
        DistillPreset.Check(settled);
        DistillConfig paths = settled.Distill;
        MethodRow method = MethodCatalog.Find(DistillPreset.Config.Trainer.Name);
        List<string> warnings = [.. new[] { ActingKeys.OfDistill(settled).Warning() }.OfType<string>()];
        PictureFolder? validation =
            paths.Val.Length == 0 ? null : PictureFolder.Labelled(paths.Val, paths.Classes, stop: stop);
        _validation = new ValidationPictures(validation?.Items ?? [], settled);
        warnings.AddRange(new[] { RivalLabels.Find(_validation.Items, stop) }.OfType<string>());
        PictureFolder images =
            parts?.Pictures is { } own ? PictureFolder.Of(own) : PictureFolder.Unlabelled(paths.Images, stop);
        return new RunSettings
        {
            Config = settled,
            Method = method,
            Target = Settling.Target(settled, method, warnings),
            Clip = paths.Student,
            PictureSize = paths.StudentPictureSize,
            OwnTeacher = parts?.Teacher,
            StartsOnFeatures = paths.Start.Epochs > 0,
            ClassNames = paths.Classes,
            PictureRoot = paths.Images,
            Pictures = images.Items,
            Holdout = paths.Holdout,
            Average = paths.Average,
            MeasuresUntrained = true,
            LeftOut = [.. new[] { images.LeftOut, validation?.LeftOut }.OfType<LeftOut>()],
            Opening = Recipe.Find(paths.Recipe).Describe(settled),
            Warnings = warnings,
        };
    }

    /// <inheritdoc/>
    public override RunLog OpenLog(RunFolder folder, RunSettings settings, ITrainingObserver? next) =>
        new DistillLog(folder, settings.Config.Train.PrintFreq, next);

    /// <inheritdoc/>
    public override DistillationReport? FindFinished(OpenRun run)
    {
        using TrainingCheckpoint? checkpoint = TrainingCheckpoint.ReadIfAny(run.Folder.CheckpointPath);
        if (checkpoint is null)
        {
            return null;
        }

        RunMark.RefuseOther(checkpoint.Path, checkpoint.RunMark, run.Settings.Config);
        string? changes = ChangedPictures.RefuseOtherInputs(run, run.Folder.Root, checkpoint.Inputs);
        if (checkpoint.Position.Epoch < config.Optim.MaxEpoch)
        {
            return null;
        }

        if ((StudentPackage.FindFault(run.Folder.StudentFolder) ?? KeptAnswers.FindFault(run)) is { } fault)
        {
            run.Log.OnPhase($"Writing the student again: {fault}");
            return null;
        }

        ChangedPictures.WarnOfFinished(run, changes);
        run.Log.OnPhase($"Finished already: {run.Folder.StudentFolder}");
        DistillationReport report = Report(
            run, checkpoint.Position, StudentPackage.ReadManifest(run.Folder.StudentFolder));
        PageFile.WriteIfMissing(run, "student", new StudentPage(run, report, _validation.Items).Collect);
        return report;
    }

    /// <summary>Says it where one teacher is asked: of several, each is measured by itself.</summary>
    public override void OnPaced(OpenRun run, ViewPace pace)
    {
        ExperimentConfig settings = run.Settings.Config;
        if (settings.Distill.FurtherTeachers.Count > 0 || pace.Student is not { } student)
        {
            return;
        }

        run.Log.OnPhase(new DistillationCost
        {
            Config = settings,
            Pace = pace,
            Student = run.Inputs.Architecture,
            Pictures = run.Inputs.Pictures.ReadableCount,
            HeldOut = run.Inputs.Pictures.HeldOut.Count,
            Validation = _validation.Items.Count,
            StartStep = ProjectorTrial.Measure(
                student.EmbeddingSize,
                pace.Teacher?.EmbeddingSize ?? student.EmbeddingSize,
                settings.Trainer.PromptKD.ProjectLayer,
                run.Settings.ClassNames.Count,
                settings.Distill.Start.BatchSize,
                run.Context.Target.Device),
            MemoryNow = DeviceMemory.Read(run.Context.Target.Device)?.Used,
            MemorySoFar = DeviceMemory.ReadPeak(run.Context.Target.Device),
        }.Describe());
    }

    /// <summary>
    /// Asks the teachers, while their image towers are in memory, and the student's CLIP as it comes.
    /// </summary>
    public override void Prepare(OpenRun run, ITrainedMethod method)
    {
        _heldOut = new HeldOutPictures(run);
        HeldOutPictures.Tell(run);
        HeldOutTeacher? teacher = _heldOut.AskTeacher();
        TeacherResults? results = _validation.MeasureTeacher(run);
        using UntrainedStudent? untrained = run.Inputs.OwnClassVectors is null
            ? null
            : new UntrainedStudent(run, method);
        var clock = Stopwatch.StartNew();
        _findings = new DistillFindings(run, new Baselines
        {
            Teacher = results,
            HeldOutTeacher = teacher,
            Untrained = untrained is null ? null : _validation.MeasureUntrained(run, untrained),
            HeldOutUntrained = untrained is null ? null : _heldOut.AskUntrained(untrained),
        });
        _measuring = untrained is null ? TimeSpan.Zero : clock.Elapsed;
        _findings.TellBaselines();
    }

    /// <inheritdoc/>
    public override TrainingPlan Plan(OpenRun run, ITrainedMethod method, TrainingPlan common) => common with
    {
        Validate = _validation.IsEmpty ? null : (_, stop) => _validation.Measure(run, method, stop),
        CompareHeldOut = stop => _heldOut!.Ask(method.Distilled!, stop),
        Progress = new RunForecast(run, common, () => _measuring),
        EpochDone = history =>
        {
            _findings!.Write(history);
            run.Log.OnEpoch(history[^1]);
            _findings.TellNew(history);
        },
    };

    /// <inheritdoc/>
    public override void Resume(OpenRun run, ITrainedMethod method, TrainingLoop loop)
    {
        if (Resumption.Restore(run, loop, run.Folder.Root, _findings!.Restore))
        {
            _findings.Write(loop.Position.History);
        }
        else if (config.Distill.Start.Epochs > 0)
        {
            CachedStart.NameChanges(run);
        }
    }

    /// <summary>The projector alone, where DISTILL.START.EPOCHS asks for it.</summary>
    public override EpochRecord? Start(OpenRun run, ITrainedMethod method, TrainingPlan plan)
    {
        if (config.Distill.Start.Epochs == 0)
        {
            return null;
        }

        EpochRecord learned = CachedStart.Learn(run, method, plan, _findings!.TellPass);
        learned = learned with
        {
            Validation = plan.Validate?.Invoke(0, run.Context.Stop),
            HeldOut = plan.CompareHeldOut!(run.Context.Stop),
        };
        _findings!.BeginBehind(learned);
        return learned;
    }

    /// <inheritdoc/>
    public override string Describe(OpenRun run) =>
        $"Distilling {Counted.Of(run.Inputs.Pictures.LearnedCount, "picture")}, "
        + Counted.Of(config.Optim.MaxEpoch, "epoch");

    /// <inheritdoc/>
    public override DistillationReport Finish(OpenRun run, ITrainedMethod method, TrainingLoop loop)
    {
        AskAgain(run, method);
        var answers = new KeptAnswers(run, _heldOut!, _validation);
        Calibration? calibration = answers.Calibrate();
        DistillFindings.Tell(run, calibration);
        answers.Write(calibration?.Temperature ?? 1);
        StudentManifest manifest = StudentDescription.Of(
            run,
            method.Distilled!,
            loop.Position.History is [.., var last] ? last : _findings!.Start!,
            LearnedPictures.Of(run, loop),
            _findings!.Baselines) with
        {
            Calibration = calibration,
            NoneOfThese = answers.FitNone(),
        };
        manifest = StudentDescription.Warned(manifest, DistillFindings.Look(run, loop.Position, manifest));
        StudentPackage.Write(run.Folder.StudentFolder, method.Distilled!, manifest);
        run.Log.OnPhase($"Wrote {run.Folder.StudentFolder}");
        DistillationReport report = Report(run, loop.Position, manifest);
        PageFile.Write(run, "student", new StudentPage(run, report, _validation.Items).Collect);
        return report;
    }

    /// <inheritdoc/>
    public override void Follow(OpenRun run, ITrainedMethod method, TrainingLoop loop) => AskAgain(run, method);

    // A run that was cut off behind its last epoch has measured, and forgotten.
    private void AskAgain(OpenRun run, ITrainedMethod method)
    {
        if (_heldOut!.Student is null)
        {
            _heldOut.Ask(method.Distilled!, run.Context.Stop);
        }

        if (!_validation.IsEmpty && _validation.Student is null)
        {
            _validation.Measure(run, method, run.Context.Stop);
        }
    }

    private static DistillationReport Report(OpenRun run, TrainingPosition end, StudentManifest student) => new(
        run.Folder.StudentFolder,
        student.Training!.Pictures,
        end.Skipped,
        end.History,
        student.TeacherValidation,
        student.Validation)
    {
        ClassNames = student.ClassNames,
        Start = end.Start,
        Untrained = student.UntrainedValidation,
        HeldOut = student.HeldOut,
        Calibration = student.Calibration,
        Notices = DistillFindings.Look(run, end, student),
        EachTeacher = student.Teachers?.Validations ?? [],
        LeftOut = LeftOut.Sum(run.Settings.LeftOut.Take(1)),
    };
}
