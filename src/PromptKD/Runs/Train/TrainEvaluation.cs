using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Dassl;
using PromptKD.Evaluation;
using PromptKD.Methods;
using PromptKD.Runtime;
using PromptKD.Runtime.Processes;
using PromptKD.Training;

namespace PromptKD.Runs.Train;

/// <summary>
/// The calls of <c>train</c> that train nothing: to evaluate a model that is there, or to check what is given.
/// </summary>
internal static class TrainEvaluation
{
    /// <summary>Opens everything, then evaluates, if that is asked for.</summary>
    /// <param name="kind">What is evaluated.</param>
    /// <param name="observer">Is told how it goes; null for nobody.</param>
    /// <param name="stop">Stops between batches.</param>
    /// <exception cref="PromptKDException">The model is not there, or of another method or other sizes.</exception>
    public static TrainingReport Go(TrainKind kind, ITrainingObserver? observer, CancellationToken stop)
    {
        IProcessGroup processes = ProcessGroup.Join();
        RunSettings settings = kind.Resolve(stop);
        RunAgreement.Check(processes, settings, stop);
        using RunFolder folder = Run.OpenFolder(kind, settings, processes, stop);
        using RunLog log = kind.OpenLog(folder, settings, processes.IsLeader() ? observer : null);
        return log.Record(() => Go(kind, settings, folder, log, processes, stop));
    }

    private static TrainingReport Go(
        TrainKind kind,
        RunSettings settings,
        RunFolder folder,
        RunLog log,
        IProcessGroup processes,
        CancellationToken stop)
    {
        var context = new RunContext(settings.Target, log, folder.OpenDigests(), stop) { Processes = processes };
        using RunInputs inputs = Run.Open(settings, context);
        RunAgreement.CheckInputs(processes, inputs.Digests, stop);
        var run = new OpenRun(settings, folder, log, inputs, context);
        string? path = kind.Trains || settings.Method.LearnsFrom == Supervision.None ? null : Find(kind, run);
        if (path is not null)
        {
            inputs.TakeFrozen(path);
        }

        using IClassifier classifier = kind.Trains ? inputs.BuildMethod(folder.Root) : inputs.BuildClassifier();
        return (classifier, path) switch
        {
            _ when kind is { Trains: true, Request.NoTrain: true } => new TrainingReport(folder.Root, null, [], []),
            (ITrainedMethod method, { } checkpoint) => EvaluateLearned(kind, run, method, checkpoint),
            _ => Report(run, kind.Test(run, classifier, ModelSelection.Given, epoch: null)),
        };
    }

    private static string Find(TrainKind kind, OpenRun run) =>
        new DasslCheckpoints(ModelFolder(kind, run), run.Settings.Method.Name).Find(kind.Request.LoadEpoch);

    private static string ModelFolder(TrainKind kind, OpenRun run) =>
        kind.Request.ModelDir.Length > 0 ? kind.Request.ModelDir : run.Folder.Root;

    // A report tells by it whether other pictures of the same data set were tested, or another data set.
    private static TrainingResult? FindLearned(TrainKind kind, OpenRun run)
    {
        try
        {
            return TrainingResult.ReadIfAny(ModelFolder(kind, run));
        }
        catch (PromptKDException)
        {
            return null;
        }
    }

    private static TrainingReport EvaluateLearned(TrainKind kind, OpenRun run, ITrainedMethod method, string path)
    {
        int? epoch = TrainKind.Models(run, method).Load(path);
        method.SetTraining(false);
        TrainingResult? learned = FindLearned(kind, run);
        WarnOfOtherSettings(kind, run, learned);
        TrainingResult result = kind.Test(run, method, ModelSelection.Given, epoch);
        if (kind.Request.WritesPackage && run.Context.Processes.IsLeader())
        {
            EvaluatedPackage.Write(run, method, path);
        }

        return Report(run, learned is null ? result : AsLearned(result, learned, run.Settings));
    }

    // What the settings of an evaluation say of learning made nothing; what its model's run says did. Where that does
    // not say it, it is not known.
    private static TrainingResult AsLearned(TrainingResult result, TrainingResult learned, RunSettings settings)
    {
        string dataset = learned.LearnedOn ?? learned.Dataset;
        return result with
        {
            LearnedOn = dataset,
            Variant = settings.Method.LearnsFrom != Supervision.Labels || learned.LearnedOn is not null ? result.Variant
                : learned.Variant is null ? null
                : LabelledVariant.OfEvaluation(
                    learned.Variant,
                    (dataset, learned.Protocol, learned.Shots),
                    (result.Dataset, result.Protocol),
                    settings.Config),
        };
    }

    // The result is reported under what the settings say, and stands beside the paper's rows of that.
    private static void WarnOfOtherSettings(TrainKind kind, OpenRun run, TrainingResult? learned)
    {
        DatasetConfig now = run.Settings.Config.Dataset;
        if (learned is not null && learned.Dataset == now.Name && ShotsOf(learned.Shots) != ShotsOf(now.NumShots))
        {
            run.Log.OnWarning(
                $"DATASET.NUM_SHOTS is {now.NumShots}, and the model of {ModelFolder(kind, run)} learned from "
                + $"{learned.Shots} ({TrainingResult.FileName} there): it is reported as one of {now.NumShots}. Give "
                + "the settings that it learned with.");
        }
    }

    private static int ShotsOf(int shots) => Math.Max(0, shots);

    // An evaluation in the folder of a run must not take the place of what the run came to.
    private static TrainingReport Report(OpenRun run, TrainingResult result)
    {
        TrainKind.Write(run, result, run.Folder.IsBegun ? "evaluation.json" : TrainingResult.FileName);
        return new TrainingReport(run.Folder.Root, result, [], []);
    }
}
