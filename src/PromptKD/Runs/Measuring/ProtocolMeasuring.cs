using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Dassl;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Evaluation;
using PromptKD.Methods;
using PromptKD.Runs.Pages;
using PromptKD.Runtime.Processes;

namespace PromptKD.Runs.Measuring;

/// <summary>Measures a method by a protocol, and says so in Dassl's words.</summary>
/// <param name="run">The run.</param>
/// <param name="log">Its log.</param>
/// <param name="classifier">The method.</param>
/// <param name="splits">What the protocol measures.</param>
/// <param name="configuration">Name of the trainer's file; null where there is none.</param>
internal sealed class ProtocolMeasuring(
    OpenRun run, DasslLog log, IClassifier classifier, ProtocolSplits splits, string? configuration)
{
    private readonly SkippedPictures _skipped = Named(run);

    /// <summary>What the last test said of its pictures; empty before it.</summary>
    public List<TestedPictures> Tested { get; } = [];

    private ExperimentConfig Config => run.Settings.Config;

    /// <summary>Measures the method after an epoch; null where no epoch is chosen.</summary>
    /// <param name="epoch">Counted from 0.</param>
    /// <param name="stop">Stops between batches.</param>
    public BaseNovelResult? Validate(int epoch, CancellationToken stop)
    {
        if (splits.Selecting is null)
        {
            return null;
        }

        ClassificationMetrics metrics = MeasureAndPrint(splits.Selecting, epoch, stop);
        return new BaseNovelResult(metrics.Accuracy, Base: null, Novel: null, metrics.MacroF1, metrics.Total);
    }

    /// <summary>The last test, of the selected model.</summary>
    /// <param name="selection">How it was selected.</param>
    /// <param name="epoch">Its epoch, counted from 1, where known.</param>
    public TrainingResult Finish(ModelSelection selection, int? epoch)
    {
        bool followsModal = run.Settings.Method.LearnsFrom == Supervision.Teacher;
        var result = new TrainingResult
        {
            Trainer = Config.Trainer.Name,
            Dataset = Config.Dataset.Name,
            Protocol = followsModal ? Config.Trainer.Modal : Config.Dataset.SubsampleClasses,
            Shots = Config.Dataset.NumShots,
            Backbone = Config.Model.Backbone.Name,
            Configuration = configuration,
            Variant = followsModal ? StudentVariant.Of(Config, run.Inputs.TeacherMethods)
                : LabelledVariant.Of(Config, selection == ModelSelection.Given ? null : Config.Dataset.Name),
            Seed = Config.Seed,
            Reference = Config.Reference,
            Selection = selection,
            Epoch = epoch,
        };
        if (Config.Test.NoTest)
        {
            return result;
        }

        bool isSplit = splits.Base is not null && splits.Test.Name == "test";
        ClassificationMetrics test = MeasureAndPrint(
            splits.Test, (epoch ?? 1) - 1, run.Context.Stop,
            said => Tested.Add(TestedPictures.Of(run, splits.Test, isSplit ? "novel" : "", said)));
        result = result with { Accuracy = test.Accuracy, MacroF1 = test.MacroF1, TestPictures = test.Total };
        if (!isSplit)
        {
            return result;
        }

        double known = Measure(
            splits.Base!, run.Context.Stop,
            said => Tested.Add(TestedPictures.Of(run, splits.Base!, "base", said))).Accuracy;
        return result with
        {
            Base = known,
            Novel = test.Accuracy,
            HarmonicMean = ClassificationMetrics.HarmonicMean(known, test.Accuracy),
        };
    }

    private static SkippedPictures Named(OpenRun run)
    {
        var skipped = new SkippedPictures();
        skipped.AddNamed([.. run.Inputs.Pictures.Unreadable, .. run.Inputs.UnreadableMeasured]);
        return skipped;
    }

    private ClassificationMetrics MeasureAndPrint(
        LabelledSplit split, int epoch, CancellationToken stop, Action<Evaluator>? keep = null)
    {
        log.OnPrint(ResultText.Heading(split.Name));
        ClassificationMetrics metrics = Measure(split, stop, keep);
        bool perClass = Config.Test.PerClassResult;
        foreach (string line in ResultText.Lines(metrics, perClass ? split.ClassNames : null))
        {
            log.OnPrint(line);
        }

        if (Config.Test.ComputeCmat && run.Context.Processes.IsLeader())
        {
            string path = Path.Combine(run.Folder.Root, "cmat.pt");
            ConfusionFile.Write(path, metrics);
            log.OnPrint($"Confusion matrix is saved to {path}");
        }

        log.DrawResult(split.Name, metrics, epoch, perClass);
        return metrics;
    }

    private ClassificationMetrics Measure(LabelledSplit split, CancellationToken stop, Action<Evaluator>? keep = null)
    {
        (Evaluator said, SkippedPictures skipped) = split.Measure(
            classifier.Classify,
            run.Inputs.Preparation,
            LoadingSettings.Options(Config, run.Context.Target.Device),
            Config.DataLoader.Test.BatchSize,
            run.Context.Processes,
            stop);
        foreach (SkippedPicture picture in skipped)
        {
            _skipped.Add(picture);
        }

        _skipped.Report(log);
        keep?.Invoke(said);
        return said.Metrics(split.Classes)!;
    }
}
