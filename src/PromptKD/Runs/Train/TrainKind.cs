using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Dassl;
using PromptKD.Data.Datasets;
using PromptKD.Data.Pictures;
using PromptKD.Evaluation;
using PromptKD.Export;
using PromptKD.Methods;
using PromptKD.Runs.Measuring;
using PromptKD.Runs.Pages;
using PromptKD.Runtime;
using PromptKD.Runtime.Processes;
using PromptKD.Training;

namespace PromptKD.Runs.Train;

/// <summary>
/// A training on a benchmark data set as Dassl's <c>train.py</c> does it: by its keys, protocols, files and log lines.
/// </summary>
/// <param name="config">All settings.</param>
/// <param name="request">Whether to train, or to evaluate which model.</param>
internal sealed class TrainKind(ExperimentConfig config, TrainingRequest request) : RunKind<TrainingReport>
{
    private readonly MethodRow _method = MethodCatalog.Find(config.Trainer.Name);
    private readonly System.Diagnostics.Stopwatch _sinceStart = System.Diagnostics.Stopwatch.StartNew();
    private ProtocolMeasuring? _measuring;
    private ProtocolSplits? _splits;

    /// <summary>Trains, or evaluates a model that is there.</summary>
    /// <param name="config">All settings.</param>
    /// <param name="request">Which of the two.</param>
    /// <param name="observer">Is told how it goes; null for nobody.</param>
    /// <param name="stop">Stops behind the running step, with a checkpoint.</param>
    public static TrainingReport Go(
        ExperimentConfig config, TrainingRequest request, ITrainingObserver? observer, CancellationToken stop)
    {
        var kind = new TrainKind(config, request);
        return kind.Trains && !request.NoTrain
            ? Run.Go(kind, observer, stop)
            : TrainEvaluation.Go(kind, observer, stop);
    }

    /// <summary>What is to be done.</summary>
    public TrainingRequest Request => request;

    /// <summary>Whether anything is to be trained: it is asked for, and the method learns.</summary>
    public bool Trains => !request.EvalOnly && _method.LearnsFrom != Supervision.None;

    private bool HasTeacher => _method.LearnsFrom == Supervision.Teacher;

    /// <inheritdoc/>
    public override RunSettings Resolve(CancellationToken stop)
    {
        ExperimentConfig resolved = TrainPreset.Resolve(Settling.Seed(config), Trains);
        bool baseToNovel = TrainPreset.IsBaseToNovel(resolved, HasTeacher);
        List<string> warnings = [.. request.Warnings];
        List<string> lines = [];
        ProtocolLists lists = DatasetProtocol.Read(
            resolved.Dataset,
            new ProtocolReading(resolved.Seed)
            {
                BaseToNovel = baseToNovel,
                Warn = warnings.Add,
                Kept = new ShotsFile(lines.Add),
                Say = lines.Add,
            },
            stop);
        resolved = new ReferenceFiles("").Complete(resolved, HasTeacher);
        if (HasTeacher)
        {
            Checks.Student(resolved);
        }

        warnings.AddRange(new[] { ActingKeys.OfTrain(resolved, HasTeacher).Warning() }.OfType<string>());
        resolved = resolved with { Distill = resolved.Distill with { Classes = [.. lists.ClassNames], Val = "" } };
        _splits = new ProtocolSplits(resolved, baseToNovel, lists);
        lines.AddRange(DatasetSummary.Lines(resolved.Dataset, lists, _splits.ValidationPictures));
        return new RunSettings
        {
            Config = resolved,
            Method = _method,
            Target = Settling.Target(resolved, _method, warnings),
            Clip = resolved.Distill.Student,
            PictureSize = resolved.Distill.StudentPictureSize,
            ClassNames = lists.ClassNames,
            PictureRoot = resolved.Dataset.Root,
            Pictures = Trains ? lists.Train : [],
            Measured = Trains && !request.NoTrain ? _splits.MeasuredBeside(lists.Train) : [],
            LeftOut = [.. new[] { lists.LeftOut }.OfType<LeftOut>()],
            Warnings = warnings,
            Lines = lines,
        };
    }

    /// <inheritdoc/>
    public override RunFolder OpenFolder(RunSettings settings) =>
        RunFolder.OpenLikeDassl(settings.Config.OutputDir, Trains ? settings.Config : null);

    /// <inheritdoc/>
    public override TrainingReport? FindFinished(OpenRun run)
    {
        // Elsewhere a finished training is tested again, and written anew.
        if (!run.Folder.IsReadOnly
            || TrainingResult.ReadIfAny(run.Folder.Root) is not { } result
            || TrainingCheckpoint.ReadIfAny(run.Folder.CheckpointPath) is not { } checkpoint)
        {
            return null;
        }

        using (checkpoint)
        {
            run.Folder.RefuseOtherInputs(checkpoint.Inputs, run.Inputs.Digests);
            run.Log.OnPhase($"Finished already: {run.Folder.Root}");
            PrintSummary(run, result);
            return new TrainingReport(
                run.Folder.Root, result, checkpoint.Position.History, checkpoint.Position.Skipped);
        }
    }

    /// <inheritdoc/>
    public override RunLog OpenLog(RunFolder folder, RunSettings settings, ITrainingObserver? next) =>
        new DasslLog(folder, settings.Config, request.Arguments, next);

    /// <inheritdoc/>
    public override TrainingPlan Plan(OpenRun run, ITrainedMethod method, TrainingPlan common)
    {
        KeptModels models = Models(run, method);
        ProtocolMeasuring measuring = Measure(run, method);
        return common with
        {
            CountsAlong = common.CountsAlong || DasslModel.Of(_method.Name).PrintsAccuracy,
            Validate = measuring.Validate,
            EpochEnding = (history, optimizer) => models.Keep(history, optimizer, common.Schedule),
        };
    }

    /// <inheritdoc/>
    public override void Resume(OpenRun run, ITrainedMethod method, TrainingLoop loop) =>
        new TrainResumption(run, method, new DasslCheckpoints(run.Folder.Root, _method.Name)).Resume(loop);

    /// <inheritdoc/>
    public override string Describe(OpenRun run) =>
        $"Training {_method.Name} on {Counted.Of(run.Inputs.Pictures.ReadableCount, "picture")} of "
        + $"{run.Settings.Config.Dataset.Name}, {Counted.Of(config.Optim.MaxEpoch, "epoch")}; the model of which "
        + $"epoch is kept: {_splits!.DescribeSelection()}";

    /// <inheritdoc/>
    public override TrainingReport Finish(OpenRun run, ITrainedMethod method, TrainingLoop loop)
    {
        run.Log.OnPrint(DasslResults.EndOfTraining);
        TrainingPosition end = loop.Position;
        int epoch = Models(run, method).Deploy(end, _splits!.Selection);
        Hand(run, method);
        TrainingResult result = Test(run, method, _splits.Selection, epoch);
        if (method.Distilled is { } student && end.History.FirstOrDefault(one => one.Epoch == epoch) is { } selected)
        {
            StudentManifest manifest = StudentDescription.Of(
                run, student, selected, LearnedPictures.Of(run, loop), new Baselines());
            StudentPackage.Write(
                run.Folder.StudentFolder,
                student,
                StudentDescription.Warned(manifest, Guarded.Look(run, end.History)));
        }

        // Whoever finds it takes the run for finished: a page is no part of that.
        Write(run, result, TrainingResult.FileName);
        PageFile.Write(run, "training", new BenchmarkPage(run, result, end, _measuring!.Tested).Collect);
        return new TrainingReport(run.Folder.Root, result, end.History, end.Skipped)
        {
            LeftOut = LeftOut.Sum(run.Settings.LeftOut),
        };
    }

    /// <inheritdoc/>
    public override void Follow(OpenRun run, ITrainedMethod method, TrainingLoop loop)
    {
        Hand(run, method);
        Test(run, method, _splits!.Selection, epoch: null);
    }

    // The model that is tested lies in a file of the first process.
    private static void Hand(OpenRun run, ITrainedMethod method)
    {
        IProcessGroup processes = run.Context.Processes;
        if (!processes.IsAlone())
        {
            using DisposeScope scope = NewDisposeScope();
            IReadOnlyDictionary<string, Tensor> learned = SharedState.Send(
                processes, method.Deployed, run.Context.Stop);
            method.LoadLearned(learned, processes.Name(0));
        }
    }

    /// <summary>The last test, and what is said of it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="classifier">The selected model.</param>
    /// <param name="selection">How it was selected.</param>
    /// <param name="epoch">Its epoch, counted from 1, where known.</param>
    public TrainingResult Test(OpenRun run, IClassifier classifier, ModelSelection selection, int? epoch)
    {
        TrainingResult result = Measure(run, classifier).Finish(selection, epoch);
        run.Log.OnPrint($"Elapsed: {DasslProgress.Clock(_sinceStart.Elapsed)}");
        PrintSummary(run, result);
        return result;
    }

    private void PrintSummary(OpenRun run, TrainingResult result)
    {
        foreach (string line in TrainingSummary.Lines(result, config.Optim.MaxEpoch))
        {
            run.Log.OnPrint(line);
        }
    }

    /// <summary>Writes what a run or an evaluation came to.</summary>
    /// <param name="run">Of which run.</param>
    /// <param name="result">What it came to.</param>
    /// <param name="file">Name of the file.</param>
    public static void Write(OpenRun run, TrainingResult result, string file)
    {
        string path = Path.Combine(run.Folder.Root, file);
        if (!run.Context.Processes.IsLeader())
        {
            return;
        }

        if (run.Folder.IsReadOnly)
        {
            run.Log.OnWarning($"{path} is not written: nothing can be written there.");
        }
        else
        {
            WholeFile.WriteText(path, SealedJson.Write(result, EvaluationJson.Indented.TrainingResult));
        }
    }

    /// <summary>The models that are kept beside the run's own state.</summary>
    public static KeptModels Models(OpenRun run, ITrainedMethod method) =>
        new(run.Folder.Root, run.Settings.Config, method, run.Log.OnPrint);

    private ProtocolMeasuring Measure(OpenRun run, IClassifier classifier) =>
        _measuring ??= new ProtocolMeasuring(
            run, (DasslLog)run.Log, classifier, _splits!, request.Configuration);
}
