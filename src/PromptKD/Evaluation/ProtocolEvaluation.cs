using PromptKD.Configuration;
using PromptKD.Configuration.Presets;
using PromptKD.Dassl;
using PromptKD.Data.Datasets;
using PromptKD.Data.Pictures;
using PromptKD.Models.Weights.Zip;
using PromptKD.Runs;
using PromptKD.Runs.Train;

namespace PromptKD.Evaluation;

/// <summary>What a protocol measures of a method: on which pictures, among which classes, after which epochs.</summary>
internal sealed class ProtocolEvaluation
{
    private readonly ExperimentConfig _config;
    private readonly TrainingInputs _inputs;
    private readonly TrainingLog _log;
    private readonly LabelledSplit? _base;
    private readonly LabelledSplit _test;
    private readonly LabelledSplit? _selecting;
    private readonly HashSet<string> _named = [];

    /// <param name="config">Protocol and selection.</param>
    /// <param name="lists">The lists of the data set.</param>
    /// <param name="inputs">The method, and how its pictures are prepared.</param>
    /// <param name="log">Receives results.</param>
    public ProtocolEvaluation(ExperimentConfig config, ProtocolLists lists, TrainingInputs inputs, TrainingLog log)
    {
        _config = config;
        _inputs = inputs;
        _log = log;
        int classes = lists.ClassNames.Count;
        bool isSplit = TrainPreset.IsBaseToNovel(config) && lists.Validation is not null;
        ClassRange first = isSplit ? ClassRange.Base((classes + 1) / 2) : ClassRange.All(classes);
        ClassRange last = isSplit ? ClassRange.Novel(classes, first.Count) : first;
        LabelledSplit? validation = Split("val", lists.Validation, first);
        _base = isSplit ? validation : null;
        _test = config.Test.Split switch
        {
            "train" => Split("train", lists.Train, ClassRange.All(classes))!,
            "val" when validation is not null => validation,
            _ => Split("test", lists.Test, last)!,
        };
        (Selection, _selecting) = (config.Test.FinalModel, config.Test.Select) switch
        {
            _ when config.Test.NoTest => (ModelSelection.LastEpoch, null),
            ("best_val", "reference") when validation is not null => (ModelSelection.BestOnTest, validation),
            ("best_val", "val") when lists.RealValidation is { Count: > 0 } own =>
                (ModelSelection.BestOnValidation, Split("val", own, first)),
            _ => (ModelSelection.LastEpoch, null),
        };

        LabelledSplit? Split(string name, IReadOnlyList<PictureItem>? pictures, ClassRange range) => pictures is null
            ? null
            : new(name, pictures, range, [.. lists.ClassNames.Skip(range.Start).Take(range.Count)]);
    }

    /// <summary>Which epoch's model is kept.</summary>
    public ModelSelection Selection { get; }

    /// <summary><see cref="Selection"/> in words.</summary>
    public string DescribeSelection() => Selection switch
    {
        ModelSelection.BestOnValidation => $"the best on {_selecting!.Pictures.Count} validation pictures",
        ModelSelection.BestOnTest => $"the best on {_selecting!.Pictures.Count} TEST pictures, as the reference chooses",
        _ when _config.Test.FinalModel == "best_val" && _config.Test.Select == "val" && !_config.Test.NoTest =>
            $"the last one ({_config.Dataset.Name} has no validation pictures of its own)",
        _ => "the last one",
    };

    /// <summary>Measures the method after an epoch; null where no epoch is chosen.</summary>
    /// <param name="epoch">Counted from 0.</param>
    /// <param name="cancellation">Stops between batches.</param>
    public BaseNovelResult? Validate(int epoch, CancellationToken cancellation)
    {
        if (_selecting is null)
        {
            return null;
        }

        ClassificationMetrics metrics = MeasureAndPrint(_selecting, epoch, cancellation);
        return new BaseNovelResult(metrics.Accuracy, Base: null, Novel: null, metrics.MacroF1, metrics.Total);
    }

    /// <summary>The last test, of the selected model.</summary>
    /// <param name="selection">How it was selected.</param>
    /// <param name="epoch">Its epoch, counted from 1, where known.</param>
    /// <param name="cancellation">Stops between batches.</param>
    public TrainingResult Finish(ModelSelection selection, int? epoch, CancellationToken cancellation)
    {
        var result = new TrainingResult
        {
            Trainer = _config.Trainer.Name,
            Dataset = _config.Dataset.Name,
            Protocol = _config.Trainer.Name == TrainPreset.PromptKD
                ? _config.Trainer.Modal
                : _config.Dataset.SubsampleClasses,
            Shots = _config.Dataset.NumShots,
            Seed = _config.Seed,
            Reference = _config.Reference,
            Selection = selection,
            Epoch = epoch,
        };
        if (_config.Test.NoTest)
        {
            return result;
        }

        ClassificationMetrics test = MeasureAndPrint(_test, (epoch ?? 1) - 1, cancellation);
        result = result with { Accuracy = test.Accuracy, MacroF1 = test.MacroF1, TestPictures = test.Total };
        if (_base is null || _test.Name != "test")
        {
            return result;
        }

        double known = Measure(_base, cancellation).Accuracy;
        return result with
        {
            Base = known,
            Novel = test.Accuracy,
            HarmonicMean = ClassificationMetrics.HarmonicMean(known, test.Accuracy),
        };
    }

    private ClassificationMetrics MeasureAndPrint(LabelledSplit split, int epoch, CancellationToken cancellation)
    {
        _log.OnPrint(ResultText.Heading(split.Name));
        ClassificationMetrics metrics = Measure(split, cancellation);
        bool perClass = _config.Test.PerClassResult;
        foreach (string line in ResultText.Lines(metrics, perClass ? split.ClassNames : null))
        {
            _log.OnPrint(line);
        }

        if (_config.Test.ComputeCmat)
        {
            string path = Path.Combine(_config.OutputDir, "cmat.pt");
            WriteConfusionMatrix(path, metrics);
            _log.OnPrint($"Confusion matrix is saved to {path}");
        }

        _log.DrawResult(split.Name, metrics, epoch, perClass);
        return metrics;
    }

    private ClassificationMetrics Measure(LabelledSplit split, CancellationToken cancellation)
    {
        _inputs.Method.SetTraining(false);
        (ClassificationMetrics metrics, SkippedPictures skipped) = split.Measure(
            _inputs.Method.Classify,
            _inputs.Preprocessing,
            DistillationPictures.LoaderOptions(_config),
            _config.DataLoader.Test.BatchSize,
            cancellation);
        foreach (SkippedPicture picture in skipped.Where(picture => _named.Add(picture.Path)))
        {
            _log.OnWarning($"skipped {picture.Path}: {picture.Reason}");
        }

        return metrics;
    }

    // Each row over its sum; a class that never occurs among the labels keeps zeros.
    private static void WriteConfusionMatrix(string path, ClassificationMetrics metrics)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor counts = tensor(metrics.ConfusionMatrix().Counts).to(ScalarType.Float64); // [classes, classes]
        TorchZipWriter.Write(path, counts / counts.sum(1, keepdim: true).clamp_min(1));
    }
}
