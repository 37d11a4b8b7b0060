using Microsoft.Extensions.Logging;
using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Data.Shards;
using PromptKD.Evaluation;
using PromptKD.Export;
using PromptKD.Methods;
using PromptKD.Runtime;

namespace PromptKD.Inference;

/// <summary>
/// A distilled student at work: classifies pictures with nothing but its package. Any number of threads may share it.
/// </summary>
public sealed partial class StudentClassifier : PictureClassifier
{
    private readonly DistilledStudent _student;
    private readonly IRunObserver _observer;
    private readonly int _batchSize;

    private StudentClassifier(
        StudentManifest manifest, DistilledStudent student, Preprocessing preprocessing, TorchOptions options)
        : base(
            new TorchModel(
                student.Student.ImageFeatures,
                student.ScoresOf,
                manifest.Calibration?.Temperature ?? 1,
                preprocessing.Size,
                student),
            preprocessing,
            manifest.ClassNames,
            manifest.TeacherEmbedding,
            options)
    {
        Manifest = manifest;
        _student = student;
        _observer = options.Watch();
        _batchSize = options.BatchSize;
    }

    /// <summary>What the package says of itself.</summary>
    public StudentManifest Manifest { get; }

    /// <summary>What logits are divided by before they become probabilities.</summary>
    internal double Temperature => Manifest.Calibration?.Temperature ?? 1;

    /// <summary>Opens a student package.</summary>
    /// <param name="folder">The folder that distilling wrote: <c>OUTPUT/student</c>.</param>
    /// <param name="options">Where and how to compute, and limits; null for the defaults.</param>
    /// <exception cref="PromptKDException">The folder is no complete package, or the device is not there.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option cannot be meant.</exception>
    public static StudentClassifier Load(string folder, TorchOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options ??= new TorchOptions();
        options.Check();
        StudentManifest manifest = StudentPackage.ReadManifest(folder);
        ComputeTarget target = options.Resolve(
            manifest.Precision == "fp32" ? "fp32" : "auto", manifest.Architecture.VisionWidth);
        Preprocessing preprocessing =
            manifest.Preprocessing with { Upright = options.Upright ?? manifest.Preprocessing.Upright };
        DistilledStudent student = StudentPackage.Read(folder, manifest, target);
        LogLoaded(options.Logger, folder, manifest.ClassNames.Count, target.Device.ToString(), target.PrecisionName);
        return new StudentClassifier(manifest, student, preprocessing, options);
    }

    /// <summary>Classifies pictures, in batches and in order. Unreadable ones are left out.</summary>
    /// <param name="paths">Pictures, and folders of pictures, which are searched with their subfolders.</param>
    /// <param name="top">How many classes to give for each, the most probable first.</param>
    /// <param name="options">How to load them; null for the defaults.</param>
    /// <param name="skipped">Is told each unreadable picture.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="PromptKDException">
    /// There is no file or folder of that name, a folder holds no picture, or none can be read (one, where options ask
    /// for strictness).
    /// </exception>
    public IEnumerable<PicturePrediction> ClassifyAll(
        IReadOnlyList<string> paths,
        int top = 1,
        PictureLoaderOptions? options = null,
        Action<SkippedPicture>? skipped = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(top);
        return ClassifyFiles(paths, top, options, skipped, cancellation);
    }

    /// <summary>Measures the student on class folders.</summary>
    /// <param name="folder"><c>folder/CLASS NAME/PICTURE</c>. A class may have none.</param>
    /// <param name="baseClasses">How many of the first classes count as base; null or 0 for no split.</param>
    /// <param name="options">How to load pictures; null for the defaults.</param>
    /// <param name="skipped">Is told each unreadable picture.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="PromptKDException">A folder fits no class, or no picture can be read.</exception>
    public BaseNovelResult Evaluate(
        string folder,
        int? baseClasses = null,
        PictureLoaderOptions? options = null,
        Action<SkippedPicture>? skipped = null,
        CancellationToken cancellation = default)
    {
        (_, Evaluator evaluator) = Judge(folder, baseClasses, options, skipped, cancellation);
        return BaseNovelResult.From(evaluator, ClassNames.Count, baseClasses);
    }

    /// <summary>As <see cref="Evaluate"/>, with all that was counted: the pictures, and what was said of each.</summary>
    internal (FolderEvaluation Pictures, Evaluator Answers) Judge(
        string folder,
        int? baseClasses,
        PictureLoaderOptions? options,
        Action<SkippedPicture>? skipped,
        CancellationToken cancellation)
    {
        using SharedUse.Use use = Enter();
        var evaluation = new FolderEvaluation(folder, ClassNames, [Preprocessing], options, required: 0, cancellation);
        evaluation.LeftOut?.Report(_observer);
        Evaluator evaluator = evaluation.Judge(
            batch => [_student.Classify(batch.Images)],
            count: 1,
            baseClasses,
            _batchSize,
            judged => _observer.OnClassified(judged, evaluation.Pictures),
            cancellation)[0];
        foreach (SkippedPicture picture in evaluation.Skipped)
        {
            skipped?.Invoke(picture);
        }

        evaluation.ReportEmptied(_observer);
        return (evaluation, evaluator);
    }

    private IEnumerable<PicturePrediction> ClassifyFiles(
        IReadOnlyList<string> paths,
        int top,
        PictureLoaderOptions? options,
        Action<SkippedPicture>? skipped,
        CancellationToken cancellation)
    {
        using SharedUse.Use use = Enter();
        PictureItem[] pictures = [.. paths.SelectMany(path => FindPictures(path, cancellation))];
        var loader = new PictureLoader(pictures, Preprocessing, options);
        var plan = new LoadPlan { Order = EpochOrder.Sequential(pictures.Length), BatchSize = _batchSize };
        int told = 0, classified = 0;
        foreach (Batch batch in loader.Load(plan, cancellation))
        {
            using (batch)
            {
                float[] probabilities = Probabilities(batch);
                for (int row = 0; row < batch.Items.Count; row++)
                {
                    PictureItem picture = pictures[batch.Items[row]];
                    float[] all = probabilities[(row * ClassNames.Count)..((row + 1) * ClassNames.Count)];
                    yield return new PicturePrediction(picture.Path, Best(all, top)) { Picture = picture };
                }

                classified += batch.Items.Count;
            }

            TellSkipped();
            _observer.OnClassified(classified + loader.Skipped.Count, pictures.Length);
        }

        // Behind the last batch that came there may be one of which nothing was left.
        TellSkipped();

        void TellSkipped()
        {
            for (; told < loader.Skipped.Count; told++)
            {
                skipped?.Invoke(loader.Skipped[told]);
            }
        }
    }

    private IReadOnlyList<PictureItem> FindPictures(string path, CancellationToken cancellation)
    {
        if (Directory.Exists(path) || ShardFiles.IsShard(path))
        {
            var folder = PictureFolder.Unlabelled(path, cancellation);
            folder.LeftOut.Report(_observer);
            return folder.Items;
        }

        return File.Exists(path)
            ? [new PictureItem(path)]
            : throw new PromptKDException($"No picture or folder at '{path}'.") { Code = PromptKDError.MissingFile };
    }

    /// <returns>Softmax over the classes at the package's temperature, [batch, classes], flattened.</returns>
    private float[] Probabilities(Batch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        return _student.Classify(batch.Images).OverInPlace(Temperature).softmax(-1).cpu().data<float>().ToArray();
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Student of {Folder} loaded: {Classes} classes, on {Device} in {Precision}")]
    private static partial void LogLoaded(ILogger logger, string folder, int classes, string device, string precision);
}
