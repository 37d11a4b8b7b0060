using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Evaluation;
using PromptKD.Export;
using PromptKD.Methods;
using PromptKD.Runtime;
using PromptKD.Training;

namespace PromptKD.Runs.Distill;

/// <summary>
/// Distilling: unlabelled pictures of a folder, a student package at the end. Teacher and student are measured on a
/// validation folder, where there is one.
/// </summary>
/// <param name="config">All settings.</param>
internal sealed class DistillKind(ExperimentConfig config) : RunKind<DistillationReport>
{
    private readonly SkippedPictures _skippedInValidation = new();
    private IReadOnlyList<PictureItem> _validation = [];
    private TeacherResults? _teacherResults;
    private EpochRecord? _start;

    /// <inheritdoc/>
    public override RunSettings Resolve()
    {
        ExperimentConfig settled = DistillPreset.Resolve(Settling.Seed(config));
        DistillPreset.Check(settled);
        DistillConfig paths = settled.Distill;
        MethodRow method = MethodCatalog.Find(DistillPreset.Config.Trainer.Name);
        List<string> warnings = [.. new[] { ActingKeys.OfDistill(settled).Warning() }.OfType<string>()];
        PictureFolder? validation =
            paths.Val.Length == 0 ? null : PictureFolder.Labelled(paths.Val, paths.Classes);
        _validation = validation?.Items ?? [];
        var images = PictureFolder.Unlabelled(paths.Images);
        return new RunSettings
        {
            Config = settled,
            Method = method,
            Target = Settling.Target(settled, method, warnings),
            Clip = paths.Student,
            StartsOnFeatures = paths.Start.Epochs > 0,
            ClassNames = paths.Classes,
            PictureRoot = paths.Images,
            Pictures = images.Items,
            LeftOut = [.. new[] { images.LeftOut, validation?.LeftOut }.OfType<LeftOut>()],
            Opening = DescribeRecipe(settled),
            Warnings = warnings,
        };
    }

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

        if (StudentPackage.FindFault(run.Folder.StudentFolder) is { } fault)
        {
            run.Log.OnPhase($"Writing the student again: {fault}");
            return null;
        }

        ChangedPictures.WarnOfFinished(run, changes);
        run.Log.OnPhase($"Finished already: {run.Folder.StudentFolder}");
        return Report(run, checkpoint.Position, StudentPackage.ReadManifest(run.Folder.StudentFolder));
    }

    /// <summary>Measures the teachers, while their image towers are in memory.</summary>
    public override void Prepare(OpenRun run) => _teacherResults = _validation.Count == 0
        ? TeacherMeasurement.Release(run.Inputs.Teacher!)
        : TeacherMeasurement.Measure(run.Inputs.Teacher!, Evaluate, Tell, run);

    /// <inheritdoc/>
    public override TrainingPlan Plan(OpenRun run, ITrainedMethod method, TrainingPlan common) => common with
    {
        Validate = _validation.Count == 0 ? null : (_, stop) => Validate(run, method, stop),
        EpochDone = history =>
        {
            run.Folder.WriteMetrics(MetricLines.Of(history, _teacherResults, _start));
            run.Log.OnEpoch(history[^1]);
        },
    };

    /// <inheritdoc/>
    public override void Resume(OpenRun run, ITrainedMethod method, TrainingLoop loop)
    {
        Resumption.Restore(run, loop, run.Folder.Root, _teacherResults);
        _start = loop.Position.Start;
    }

    /// <summary>The projector alone, where DISTILL.START.EPOCHS asks for it.</summary>
    public override EpochRecord? Start(OpenRun run, ITrainedMethod method, TrainingPlan plan)
    {
        if (config.Distill.Start.Epochs > 0)
        {
            EpochRecord learned = CachedStart.Learn(run, method, plan);
            _start = learned with { Validation = plan.Validate?.Invoke(0, run.Context.Stop) };
            run.Folder.WriteMetrics(MetricLines.Of([], _teacherResults, _start));
        }

        return _start;
    }

    /// <inheritdoc/>
    public override string Describe(OpenRun run) =>
        $"Distilling {Counted.Of(run.Inputs.Pictures.ReadableCount, "picture")}, "
        + Counted.Of(config.Optim.MaxEpoch, "epoch");

    /// <inheritdoc/>
    public override DistillationReport Finish(OpenRun run, ITrainedMethod method, TrainingLoop loop)
    {
        StudentManifest manifest = StudentDescription.Of(
            run,
            method.Distilled!,
            loop.Position.History is [.., var last] ? last : _start!,
            LearnedPictures.Of(run, loop),
            _teacherResults);
        StudentPackage.Write(run.Folder.StudentFolder, method.Distilled!, manifest);
        run.Log.OnPhase($"Wrote {run.Folder.StudentFolder}");
        return Report(run, loop.Position, manifest);
    }

    private static string DescribeRecipe(ExperimentConfig config)
    {
        IReadOnlyList<ConfigDifference> changes = Recipe.Find(config.Distill.Recipe).ChangesIn(config);
        return $"Recipe {config.Distill.Recipe}"
            + (changes.Count == 0
                ? ""
                : $", but {string.Join(", ", changes.Select(one => $"{one.Key} {ConfigValue.Show(one.Second)}"))}");
    }

    private BaseNovelResult Validate(OpenRun run, ITrainedMethod method, CancellationToken stop)
    {
        FolderEvaluation evaluation = Evaluate([run.Inputs.Preparation], run);
        BaseNovelResult result = evaluation.Measure(
            method.Classify, config.Distill.Base, config.DataLoader.Test.BatchSize, stop);
        Tell(run, evaluation);
        return result;
    }

    // Every epoch meets the same ones.
    private void Tell(OpenRun run, FolderEvaluation evaluation)
    {
        foreach (SkippedPicture picture in evaluation.Skipped)
        {
            _skippedInValidation.Add(picture);
        }

        _skippedInValidation.Report(run.Log);
    }

    private FolderEvaluation Evaluate(IReadOnlyList<Preprocessing> preparations, OpenRun run) => new(
        _validation,
        config.Distill.Classes.Count,
        preparations,
        LoadingSettings.Options(config, run.Context.Target.Device));

    private static DistillationReport Report(OpenRun run, TrainingPosition end, StudentManifest student) => new(
        run.Folder.StudentFolder,
        student.Training.Pictures,
        end.Skipped,
        end.History,
        student.TeacherValidation,
        student.Validation)
    {
        Start = end.Start,
        EachTeacher = student.Teachers?.Validations ?? [],
        LeftOut = LeftOut.Sum(run.Settings.LeftOut.Take(1)),
    };
}
