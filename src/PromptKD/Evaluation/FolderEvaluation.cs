using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Runtime;
using PromptKD.Runtime.Processes;

namespace PromptKD.Evaluation;

/// <summary>Measures a classifier on labelled pictures, base and novel classes apart.</summary>
internal sealed class FolderEvaluation
{
    private readonly PictureLoader _loader;
    private readonly int _classes;
    private int _skippedBefore;

    /// <param name="folder"><c>folder/CLASS NAME/PICTURE</c>.</param>
    /// <param name="classNames">Class names, in label order.</param>
    /// <param name="preparations">How pictures are prepared, for each model that looks at them; the first is the main
    /// one.</param>
    /// <param name="options">How to load them; null for the defaults.</param>
    /// <param name="required">As <see cref="PictureFolder.Labelled"/> takes it.</param>
    /// <param name="stop">Stops the listing of the folder.</param>
    /// <exception cref="PromptKDException">The folder is missing or empty, or a part of it fits no class.</exception>
    public FolderEvaluation(
        string folder,
        IReadOnlyList<string> classNames,
        IReadOnlyList<Preprocessing> preparations,
        PictureLoaderOptions? options,
        int? required = null,
        CancellationToken stop = default)
        : this(PictureFolder.Labelled(folder, classNames, required, stop), classNames.Count, preparations, options)
    {
    }

    /// <param name="folder">The pictures, with labels.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="preparations">As in the other form.</param>
    /// <param name="options">How to load them; null for the defaults.</param>
    public FolderEvaluation(
        PictureFolder folder,
        int classes,
        IReadOnlyList<Preprocessing> preparations,
        PictureLoaderOptions? options)
        : this(folder.Items, classes, preparations, options) => LeftOut = folder.LeftOut;

    /// <param name="items">The pictures, with labels.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="preparations">As in the other form.</param>
    /// <param name="options">How to load them; null for the defaults.</param>
    public FolderEvaluation(
        IReadOnlyList<PictureItem> items,
        int classes,
        IReadOnlyList<Preprocessing> preparations,
        PictureLoaderOptions? options)
    {
        _loader = new PictureLoader(items, preparations, options);
        Items = items;
        _classes = classes;
    }

    /// <summary>Who judges the pictures together; all come to the same.</summary>
    public IProcessGroup Processes { get; init; } = OneProcess.Instance;

    /// <summary>The pictures in the folder.</summary>
    public IReadOnlyList<PictureItem> Items { get; }

    /// <summary>Number of pictures in the folder.</summary>
    public int Pictures => Items.Count;

    /// <summary>What lies beside them and is left out; null where only pictures were given.</summary>
    public LeftOut? LeftOut { get; }

    /// <summary>Those that could not be read so far.</summary>
    public SkippedPictures Skipped => _loader.Skipped;

    /// <summary>Names the pictures that could not be read, each once, and classes of which that is all.</summary>
    public void ReportSkipped(IRunObserver observer)
    {
        Skipped.Report(observer);
        ReportEmptied(observer);
    }

    /// <summary>Names classes of which no picture could be read, where more was skipped since the last call.</summary>
    public void ReportEmptied(IRunObserver observer)
    {
        if (Skipped.Count > _skippedBefore)
        {
            _skippedBefore = Skipped.Count;
            EmptiedClasses.Warn(Items, Skipped, "measured", observer);
        }
    }

    /// <param name="classify">From normalised pixels [batch, 3, size, size] to logits [batch, classes].</param>
    /// <param name="baseClasses">How many of the first classes count as base; null or 0 for no split.</param>
    /// <param name="batchSize">Pictures at a time.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="PromptKDException">No class is left to be novel, or no picture can be read.</exception>
    public BaseNovelResult Measure(
        Func<Tensor, Tensor> classify, int? baseClasses, int batchSize, CancellationToken cancellation) =>
        MeasureSeveral(batch => [classify(batch.Images)], count: 1, baseClasses, batchSize, cancellation)[0];

    /// <summary>Measures several classifiers on the same pictures, each of which is loaded once.</summary>
    /// <param name="classify">From normalised pixels [batch, 3, size, size] to logits [batch, classes] of each.</param>
    /// <param name="count">How many classifiers there are.</param>
    /// <param name="baseClasses">How many of the first classes count as base; null or 0 for no split.</param>
    /// <param name="batchSize">Pictures at a time.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="PromptKDException">No class is left to be novel, or no picture can be read.</exception>
    public IReadOnlyList<BaseNovelResult> MeasureSeveral(
        Func<Batch, IReadOnlyList<Tensor>> classify,
        int count,
        int? baseClasses,
        int batchSize,
        CancellationToken cancellation) =>
        [
            .. Judge(classify, count, baseClasses, batchSize, told: null, cancellation)
                .Select(evaluator => ResultOf(evaluator, baseClasses)),
        ];

    /// <summary>The accuracies of an evaluation.</summary>
    /// <param name="evaluator">One of those that <see cref="Judge"/> gave.</param>
    /// <param name="baseClasses">As there.</param>
    /// <exception cref="PromptKDException">No picture could be read.</exception>
    public BaseNovelResult ResultOf(Evaluator evaluator, int? baseClasses) =>
        BaseNovelResult.From(evaluator, _classes, baseClasses);

    /// <summary>As <see cref="MeasureSeveral"/>, with all that was counted.</summary>
    /// <param name="classify">As there.</param>
    /// <param name="count">As there.</param>
    /// <param name="baseClasses">As there.</param>
    /// <param name="batchSize">As there.</param>
    /// <param name="told">Is told behind each batch how many pictures it was so far; null for nobody.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="PromptKDException">As there.</exception>
    public IReadOnlyList<Evaluator> Judge(
        Func<Batch, IReadOnlyList<Tensor>> classify,
        int count,
        int? baseClasses,
        int batchSize,
        Action<int>? told,
        CancellationToken cancellation)
    {
        BaseNovelResult.RefuseSplit(baseClasses, _classes);
        var plan = new LoadPlan
        {
            Order = EpochOrder.Sequential(Items.Count),
            BatchSize = batchSize,
            Batches = Processes.Share(),
        };
        int judged = 0;
        return SharedMeasuring.Judgements(
            Processes,
            () => BatchEvaluation.RunSeveral(Classify, count, _loader.Load(plan, cancellation), cancellation),
            count,
            _loader.Skipped,
            cancellation);

        IReadOnlyList<Tensor> Classify(Batch batch)
        {
            IReadOnlyList<Tensor> logits = classify(batch);
            judged += batch.Items.Count;
            told?.Invoke(judged + _loader.Skipped.Count);
            return logits;
        }
    }
}
