using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Data.Shards;
using PromptKD.Evaluation;
using PromptKD.Runtime;
using PromptKD.Runtime.Remote;

namespace PromptKD.Inference;

/// <summary>A student at work, whatever computes it: it classifies files, folders and shards, too.</summary>
public abstract class FolderClassifier : PictureClassifier
{
    private readonly IPictureModel _model;
    private readonly IRunObserver _observer;
    private readonly int _batchSize;

    /// <param name="model">Taken over.</param>
    /// <param name="preprocessing">How the student wants its pictures.</param>
    /// <param name="classNames">In label order.</param>
    /// <param name="embeddingSize">Numbers of a vector.</param>
    /// <param name="temperature">What logits are divided by before they become probabilities.</param>
    /// <param name="options">As they were checked.</param>
    /// <param name="observer">Is told which files of a folder are left out, and how far it is.</param>
    private protected FolderClassifier(
        IPictureModel model,
        Preprocessing preprocessing,
        IReadOnlyList<string> classNames,
        int embeddingSize,
        double temperature,
        ClassifierOptions options,
        IRunObserver observer)
        : base(model, preprocessing, classNames, embeddingSize, options)
    {
        _model = model;
        _observer = observer;
        _batchSize = options.BatchSize;
        Temperature = temperature;
    }

    /// <summary>What logits are divided by before they become probabilities.</summary>
    internal double Temperature { get; }

    /// <summary>How it tells that a picture belongs to no class; null where it cannot.</summary>
    public NoneOfThese? NoneOfThese { get; private protected init; }

    /// <summary>All that tells the student from others, for processes that compare theirs.</summary>
    internal abstract string SaysOfItself();

    /// <summary>Classifies pictures, in batches and in order. Unreadable ones are left out.</summary>
    /// <param name="paths">Pictures, and folders of pictures, which are searched with their subfolders.</param>
    /// <param name="top">How many classes to give for each, the most probable first.</param>
    /// <param name="options">How to load them; null for the defaults.</param>
    /// <param name="skipped">Is told each unreadable picture.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="PromptKDException">
    /// There is no file or folder of that name, a folder holds no picture, or none can be read (one, where options ask
    /// for strictness).
    /// </exception>
    public IEnumerable<PicturePrediction> ClassifyAll(
        IReadOnlyList<string> paths,
        int top = 1,
        PictureLoaderOptions? options = null,
        Action<SkippedPicture>? skipped = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(top);
        return ClassifyFiles(
            () => ListPictures(paths, cancellationToken), top, options, skipped, work: null, cancellationToken);
    }

    /// <summary>As <see cref="ClassifyAll"/>, by several processes, each of which gets all answers.</summary>
    /// <param name="pictures">As <see cref="ListPictures"/> lists them.</param>
    /// <param name="top">As there.</param>
    /// <param name="skipped">As there.</param>
    /// <param name="work">The processes.</param>
    /// <param name="cancellationToken">Stops all of them.</param>
    internal IEnumerable<PicturePrediction> ClassifyTogether(
        IReadOnlyList<PictureItem> pictures,
        int top,
        Action<SkippedPicture>? skipped,
        ISharedWork work,
        CancellationToken cancellationToken) =>
        ClassifyFiles(() => pictures, top, options: null, skipped, work, cancellationToken);

    /// <summary>The pictures of what a user names.</summary>
    /// <param name="paths">As <see cref="ClassifyAll"/> takes them.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    internal IReadOnlyList<PictureItem> ListPictures(
        IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
        [.. paths.SelectMany(path => FindPictures(path, cancellationToken))];

    /// <summary>Measures the student on class folders.</summary>
    /// <param name="folder"><c>folder/CLASS NAME/PICTURE</c>. A class may have none.</param>
    /// <param name="baseClasses">How many of the first classes count as base; null or 0 for no split.</param>
    /// <param name="options">How to load pictures; null for the defaults.</param>
    /// <param name="skipped">Is told each unreadable picture.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="PromptKDException">A folder fits no class, or no picture can be read.</exception>
    public BaseNovelResult Evaluate(
        string folder,
        int? baseClasses = null,
        PictureLoaderOptions? options = null,
        Action<SkippedPicture>? skipped = null,
        CancellationToken cancellationToken = default) =>
        BaseNovelResult.From(
            Judge(
                ListLabelled(folder, baseClasses, cancellationToken), options, skipped, work: null, cancellationToken)
                .Answers,
            ClassNames.Count,
            baseClasses);

    /// <summary>The labelled pictures of a folder.</summary>
    /// <param name="folder">As <see cref="Evaluate"/> takes it.</param>
    /// <param name="baseClasses">As there.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <exception cref="PromptKDException">As there.</exception>
    internal PictureFolder ListLabelled(string folder, int? baseClasses, CancellationToken cancellationToken)
    {
        BaseNovelResult.RefuseSplit(baseClasses, ClassNames.Count);
        using SharedUse.Use use = Enter();
        var pictures = PictureFolder.Labelled(folder, ClassNames, required: 0, cancellationToken);
        pictures.LeftOut.Report(_observer);
        if (RivalLabels.Find(pictures.Items, cancellationToken) is { } warning)
        {
            _observer.OnWarning(warning);
        }

        return pictures;
    }

    /// <summary>
    /// As <see cref="Evaluate"/>, with all that was counted: the pictures, and what was said of each.
    /// </summary>
    /// <param name="pictures">As <see cref="ListLabelled"/> lists them.</param>
    /// <param name="options">As there.</param>
    /// <param name="skipped">As there.</param>
    /// <param name="work">Several processes, each of which gets all answers; null for this one alone.</param>
    /// <param name="cancellationToken">As there.</param>
    internal JudgedPictures Judge(
        PictureFolder pictures,
        PictureLoaderOptions? options,
        Action<SkippedPicture>? skipped,
        ISharedWork? work,
        CancellationToken cancellationToken)
    {
        using SharedUse.Use use = Enter();
        var loader = new PixelLoader(pictures.Items, [_model.Takes], options, Allocate);
        var answers = new Evaluator();
        int judged = 0;
        foreach ((int place, PictureOutput output) in
            Compute(loader, pictures.Items.Count, Tell, work, cancellationToken))
        {
            answers.Add(place, pictures.Items[place].Label!.Value, output.Logits);
            judged++;
        }

        // Whichever process met them first.
        Dictionary<string, int> places = [];
        foreach ((int place, PictureItem item) in pictures.Items.Index())
        {
            places.TryAdd(item.Path, place);
        }

        SkippedPicture[] unreadable = [.. loader.Skipped.OrderBy(picture => places[picture.Path])];
        foreach (SkippedPicture picture in unreadable)
        {
            skipped?.Invoke(picture);
        }

        EmptiedClasses.Warn(pictures.Items, unreadable, "measured", _observer);
        return new JudgedPictures(pictures.Items, unreadable, answers);

        void Tell() => _observer.OnClassified(judged + loader.Skipped.Count, pictures.Items.Count);
    }

    private IEnumerable<PicturePrediction> ClassifyFiles(
        Func<IReadOnlyList<PictureItem>> list,
        int top,
        PictureLoaderOptions? options,
        Action<SkippedPicture>? skipped,
        ISharedWork? work,
        CancellationToken cancellationToken)
    {
        using SharedUse.Use use = Enter();
        IReadOnlyList<PictureItem> pictures = list();
        var loader = new PixelLoader(pictures, [_model.Takes], options, Allocate);
        int told = 0, classified = 0;
        foreach ((int place, PictureOutput output) in Compute(loader, pictures.Count, Tell, work, cancellationToken))
        {
            yield return new PicturePrediction(pictures[place].Path, Best(output.Probabilities, top))
            {
                Picture = pictures[place],
                Fit = NoneOfThese?.Score(output.Logits),
            };
            classified++;
        }

        // Behind the last batch that came there may be one of which nothing was left.
        TellSkipped();

        void Tell()
        {
            TellSkipped();
            _observer.OnClassified(classified + loader.Skipped.Count, pictures.Count);
        }

        void TellSkipped()
        {
            for (; told < loader.Skipped.Count; told++)
            {
                skipped?.Invoke(loader.Skipped[told]);
            }
        }
    }

    // What is said of each picture that can be read, by its place; calls behind each batch.
    private IEnumerable<(int Place, PictureOutput Output)> Compute(
        PixelLoader loader, int count, Action behindBatch, ISharedWork? work, CancellationToken cancellationToken)
    {
        var plan = new LoadPlan
        {
            Order = EpochOrder.Sequential(count),
            BatchSize = _batchSize,
            Batches = work?.Share ?? ProcessShare.Whole,
        };
        IEnumerable<LoadedPixels> batches = loader.Load(plan, cancellationToken);
        IEnumerable<IReadOnlyList<(int, PictureOutput)>> rounds = work is null
            ? batches.Select(ComputeAlone)
            : new SharedOutputs(work, loader.Skipped).Rounds(batches, plan.BatchCount, Compute, cancellationToken);
        foreach (IReadOnlyList<(int, PictureOutput)> outputs in rounds)
        {
            foreach ((int, PictureOutput) output in outputs)
            {
                yield return output;
            }

            behindBatch();
        }
    }

    private (int Place, PictureOutput Output)[] ComputeAlone(LoadedPixels batch)
    {
        using (batch)
        {
            return [.. batch.Items.Zip(Compute(batch))];
        }
    }

    private PictureOutput[] Compute(LoadedPixels batch)
    {
        IReadOnlyList<PreparedPicture> pictures = ((PreparedRows)batch.Pixels[0]).Pictures;
        return _model.Compute([.. batch.Rows.Select(row => pictures[row])]);
    }

    private IReadOnlyList<PictureItem> FindPictures(string path, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path) || ShardFiles.IsShard(path) || RemoteAddress.IsRemote(path))
        {
            var folder = PictureFolder.Unlabelled(path, cancellationToken);
            folder.LeftOut.Report(_observer);
            return folder.Items;
        }

        if (!File.Exists(path))
        {
            throw new PromptKDException(
                $"No picture or folder at '{path}'{(LostName.IsOf(path) ? ": " + LostName.Reason : "")}.")
            {
                Code = PromptKDError.MissingFile,
            };
        }

        FolderFiles.RefuseArchive(path);
        return [new PictureItem(path)];
    }

    private static PreparedRows Allocate(int rows, int size) => new PreparedRows(rows, size);
}
