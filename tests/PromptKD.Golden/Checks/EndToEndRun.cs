using PromptKD.Configuration;
using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Evaluation;
using PromptKD.Methods;
using PromptKD.Training;

namespace PromptKD.Golden.Checks;

/// <summary>
/// One PromptKD run of an end-to-end case: picture files through the real loader, the real training loop with a
/// validation after each epoch, and the last test. It keeps what the reference prints and saves.
/// </summary>
internal sealed class EndToEndRun : IProgress<TrainingProgress>
{
    private readonly ExperimentConfig _config;
    private readonly PromptKDMethod _method;
    private readonly SplitPictures _pictures;
    private readonly PictureLoader _trainLoader;
    private readonly PictureLoader _testLoader;
    private Dictionary<string, Tensor> _bestState = [];

    private EndToEndRun(
        ExperimentConfig config, PromptKDMethod method, SplitPictures pictures, Preprocessing preprocessing)
    {
        _config = config;
        _method = method;
        _pictures = pictures;
        _trainLoader = new PictureLoader(pictures.Train, preprocessing, new PictureLoaderOptions { Strict = true });
        _testLoader = new PictureLoader(pictures.Test, preprocessing, new PictureLoaderOptions { Strict = true });
        Schedule = new LearningRateSchedule(config.Optim);
    }

    /// <summary>After each step.</summary>
    public List<TrainingProgress> Steps { get; } = [];

    /// <summary>In the order in which they were made: one an epoch, and the last test.</summary>
    public List<SplitEvaluation> Evaluations { get; } = [];

    /// <summary>Learned values and statistics after the last epoch.</summary>
    public Dictionary<string, Tensor> FinalState { get; private set; } = [];

    /// <summary>The first epoch, from 1, whose validation is better than every one before.</summary>
    public int BestEpoch { get; private set; }

    /// <summary>Accuracy in that epoch, percent.</summary>
    public double BestAccuracy { get; private set; } = double.NegativeInfinity;

    /// <summary>Learning rates of the epochs.</summary>
    public LearningRateSchedule Schedule { get; }

    /// <summary>Trains and measures.</summary>
    public static EndToEndRun Of(
        ExperimentConfig config, PromptKDMethod method, SplitPictures pictures, Preprocessing preprocessing)
    {
        var run = new EndToEndRun(config, method, pictures, preprocessing);
        string folder = Directory.CreateTempSubdirectory("promptkd-golden-").FullName;
        try
        {
            using var loop = new TrainingLoop(method, run.Plan(Path.Combine(folder, "last.safetensors")));
            loop.Run(CancellationToken.None);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        run.FinalState = run.CopyState();
        if (config.Test.FinalModel == "best_val")
        {
            method.LoadLearned(run._bestState, "the best epoch");
        }

        run.Evaluate("test");
        return run;
    }

    /// <summary>The pictures that a split judges.</summary>
    public IReadOnlyList<int> PicturesOf(string split) =>
    [
        .. Enumerable.Range(0, _pictures.Test.Count)
            .Where(picture => ClassesOf(split).Contains(_pictures.Test[picture].Label!.Value)),
    ];

    /// <inheritdoc/>
    public void Report(TrainingProgress value) => Steps.Add(value);

    private TrainingPlan Plan(string checkpointPath)
    {
        LoadPlan epochPlan = EpochPlan(epoch: 0, firstBatch: 0);
        return new TrainingPlan
        {
            Epochs = _config.Optim.MaxEpoch,
            BatchesPerEpoch = epochPlan.BatchCount,
            PicturesPerEpoch = epochPlan.BatchCount * epochPlan.BatchSize,
            Batches = (epoch, firstBatch) => _trainLoader.Load(EpochPlan(epoch, firstBatch)),
            Schedule = Schedule,
            Optimizer = OptimizerSettings.Of(_config.Optim),
            CheckpointPath = checkpointPath,
            Validate = (_, _) => Validate(),
            Progress = this,
        };
    }

    // Without a random crop, training pictures are resized without regard to their aspect.
    private LoadPlan EpochPlan(int epoch, int firstBatch) => new()
    {
        Order = EpochOrder.Sequential(_pictures.Train.Count),
        BatchSize = _config.DataLoader.TrainX.BatchSize,
        DropLast = true,
        FirstBatch = firstBatch,
        Views = new ViewGenerator(Seed: 0) { RandomCrop = false, FlipProbability = 0 },
        View = epoch,
    };

    private BaseNovelResult Validate()
    {
        ClassificationMetrics metrics = Evaluate("val").Metrics;
        if (metrics.Accuracy > BestAccuracy)
        {
            BestAccuracy = metrics.Accuracy;
            BestEpoch = Evaluations.Count;
            _bestState = CopyState();
        }

        return new BaseNovelResult(metrics.Accuracy, Base: null, Novel: null, metrics.MacroF1, metrics.Total);
    }

    private SplitEvaluation Evaluate(string split)
    {
        var evaluation = SplitEvaluation.Run(
            split,
            ClassesOf(split),
            _method.Classify,
            _testLoader,
            PicturesOf(split),
            _config.DataLoader.Test.BatchSize);
        Evaluations.Add(evaluation);
        return evaluation;
    }

    // Both splits are test pictures: base2novel judges "val" among the base classes and "test" among the others.
    private ClassRange ClassesOf(string split) => (_config.Trainer.Modal, split) switch
    {
        ("base2novel", "val") => ClassRange.Base(_pictures.BaseClasses),
        ("base2novel", _) => ClassRange.Novel(_pictures.ClassCount, _pictures.BaseClasses),
        _ => ClassRange.All(_pictures.ClassCount),
    };

    private Dictionary<string, Tensor> CopyState() =>
        _method.State.ToDictionary(named => named.Key, named => named.Value.detach().clone());
}
