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
/// A distilled student at work: classifies pictures with nothing but its package. Not for several threads at once.
/// </summary>
public sealed class StudentClassifier : IDisposable
{
    private const int BatchSize = 32;

    private readonly DistilledStudent _student;
    private readonly IRunObserver _observer;

    private StudentClassifier(StudentManifest manifest, DistilledStudent student, IRunObserver observer)
    {
        Manifest = manifest;
        _student = student;
        _observer = observer;
    }

    /// <summary>What the package says of itself.</summary>
    public StudentManifest Manifest { get; }

    /// <summary>How pictures are prepared: as the package says, unless loading asked for another uprightness.</summary>
    public Preprocessing Preprocessing { get; private init; } = new();

    /// <summary>Class names, in label order.</summary>
    public IReadOnlyList<string> ClassNames => Manifest.ClassNames;

    /// <summary>What logits are divided by before they become probabilities.</summary>
    internal double Temperature => Manifest.Calibration?.Temperature ?? 1;

    /// <summary>Opens a student package.</summary>
    /// <param name="folder">The folder that distilling wrote: <c>OUTPUT/student</c>.</param>
    /// <param name="device">"auto", "cpu", "cuda" or "cuda:n".</param>
    /// <param name="precision">
    /// "fp32", "bf16", "fp16" or "auto"; null computes as the student was trained, where this machine does so fast.
    /// </param>
    /// <param name="observer">
    /// Is told what is computed otherwise than asked for, and later which files of a folder are left out; null for nobody.
    /// </param>
    /// <param name="upright">
    /// Whether pictures are turned as their EXIF orientation says; null for what the student was trained on.
    /// </param>
    /// <exception cref="PromptKDException">The folder is no complete package, or the device is not there.</exception>
    public static StudentClassifier Load(
        string folder,
        string device = "auto",
        string? precision = null,
        IRunObserver? observer = null,
        bool? upright = null)
    {
        observer ??= IRunObserver.Nobody;
        StudentManifest manifest = StudentPackage.ReadManifest(folder);
        var target = ComputeTarget.Resolve(
            device, precision ?? (manifest.Precision == "fp32" ? "fp32" : "auto"), useCuda: true, observer.OnWarning);
        target.UseThreadsFor(manifest.Architecture.VisionWidth);
        return new StudentClassifier(manifest, StudentPackage.Read(folder, manifest, target), observer)
        {
            Preprocessing = manifest.Preprocessing with { Upright = upright ?? manifest.Preprocessing.Upright },
        };
    }

    /// <summary>Classifies one picture.</summary>
    /// <param name="path">The picture.</param>
    /// <param name="top">How many classes to give, the most probable first.</param>
    /// <exception cref="PromptKDException">The picture cannot be read.</exception>
    public IReadOnlyList<ClassProbability> Classify(string path, int top = 1) =>
        ClassifyAll([path], top, new PictureLoaderOptions { Strict = true }).Single().Classes;

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
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(top);
        PictureItem[] pictures = [.. paths.SelectMany(path => FindPictures(path, cancellation))];
        var loader = new PictureLoader(pictures, Preprocessing, options);
        var plan = new LoadPlan { Order = EpochOrder.Sequential(pictures.Length), BatchSize = BatchSize };
        int told = 0, classified = 0;
        foreach (Batch batch in loader.Load(plan, cancellation))
        {
            using (batch)
            {
                float[] probabilities = Probabilities(batch);
                for (int row = 0; row < batch.Items.Count; row++)
                {
                    yield return Describe(pictures[batch.Items[row]], probabilities.AsSpan(
                        row * ClassNames.Count, ClassNames.Count), top);
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
        var evaluation = new FolderEvaluation(folder, ClassNames, [Preprocessing], options, required: 0, cancellation);
        evaluation.LeftOut?.Report(_observer);
        Evaluator evaluator = evaluation.Judge(
            batch => [_student.Classify(batch.Images)],
            count: 1,
            baseClasses,
            BatchSize,
            judged => _observer.OnClassified(judged, evaluation.Pictures),
            cancellation)[0];
        foreach (SkippedPicture picture in evaluation.Skipped)
        {
            skipped?.Invoke(picture);
        }

        evaluation.ReportEmptied(_observer);
        return (evaluation, evaluator);
    }

    /// <summary>Frees the model.</summary>
    public void Dispose() => _student.Dispose();

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
            : throw new PromptKDException($"No picture or folder at '{path}'.");
    }

    /// <returns>Softmax over the classes at the package's temperature, [batch, classes], flattened.</returns>
    private float[] Probabilities(Batch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        float[] probabilities =
            _student.Classify(batch.Images).OverInPlace(Temperature).softmax(-1).cpu().data<float>().ToArray();

        // Who lets go of the classifier in its last call must not have its weights freed under way.
        GC.KeepAlive(this);
        return probabilities;
    }

    private PicturePrediction Describe(PictureItem picture, ReadOnlySpan<float> probabilities, int top)
    {
        float[] all = probabilities.ToArray();
        return new PicturePrediction(picture.Path,
        [
            .. Enumerable.Range(0, all.Length)
                .OrderByDescending(index => all[index])
                .Take(top)
                .Select(index => new ClassProbability(ClassNames[index], index, all[index])),
        ])
        {
            Picture = picture,
        };
    }
}
