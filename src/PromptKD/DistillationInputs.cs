using System.Security.Cryptography;
using System.Text;
using PromptKD.Configuration;
using PromptKD.Data;
using PromptKD.Evaluation;
using PromptKD.Export;
using PromptKD.Features;
using PromptKD.Features.Store;
using PromptKD.Methods;
using PromptKD.Models;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Training;

namespace PromptKD;

/// <summary>Everything that a distillation is made from, opened and checked before the first step.</summary>
internal sealed class DistillationInputs : IDisposable
{
    private readonly ExperimentConfig _config;
    private readonly ComputeTarget _target;
    private readonly ClipCheckpoint _studentClip;
    private readonly Preprocessing _preprocessing;
    private readonly ImageLoader _pictureLoader;
    private readonly FolderEvaluation? _validation;
    private readonly string _pictureDigest;
    private string _vocabulary = "";
    private OpenedTeacher? _teacher;
    private TeacherStore? _store;
    private ClassVectors? _classVectors;
    private LiveTeacher? _liveTeacher;

    private DistillationInputs(
        ExperimentConfig config,
        ComputeTarget target,
        IReadOnlyList<ImageItem> pictures,
        string pictureDigest,
        ClipCheckpoint studentClip)
    {
        _config = config;
        _target = target;
        _studentClip = studentClip;
        _preprocessing = DistillationPictures.PreprocessingOf(config, studentClip.Architecture);
        _pictureDigest = pictureDigest;
        Pictures = pictures;
        _pictureLoader = new ImageLoader(Pictures, _preprocessing, DistillationPictures.LoaderOptions(config));
        _validation = config.Distill.Val.Length == 0
            ? null
            : new FolderEvaluation(
                config.Distill.Val, config.Distill.Classes, _preprocessing, DistillationPictures.LoaderOptions(config));
    }

    /// <summary>The unlabelled pictures.</summary>
    public IReadOnlyList<ImageItem> Pictures { get; }

    /// <summary>SHA-256 of each input, by name.</summary>
    public IReadOnlyDictionary<string, string> Digests { get; private set; } = new Dictionary<string, string>();

    /// <summary>Opens checkpoints, vocabulary, folders and store, and hashes them.</summary>
    /// <exception cref="PromptKDException">One is missing, damaged, or does not fit the others.</exception>
    public static DistillationInputs Open(
        ExperimentConfig config, ComputeTarget target, IExperimentObserver observer, CancellationToken cancellation)
    {
        // The folder comes first: a model may have to be fetched.
        IReadOnlyList<ImageItem> items = ImageFolder.Unlabelled(config.Distill.Images).Items;
        observer.OnPhase($"Reading the student {config.Distill.Student}");
        ClipCheckpoint student = ModelFiles.OpenClip(config.Distill.Student, observer, cancellation);
        DistillationInputs? inputs = null;
        try
        {
            observer.OnPhase($"Hashing {items.Count} pictures");
            string digest = PictureDigest.Compute(config.Distill.Images, items, cancellation);
            inputs = new DistillationInputs(config, target, items, digest, student);
            inputs.OpenTeacher(observer, cancellation);
            return inputs;
        }
        catch
        {
            inputs?.Dispose();
            student.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Builds the method: the teacher's stored features or its image tower, and the student. Frees the checkpoints.
    /// </summary>
    public PromptKDMethod BuildMethod(RunFolder run, IExperimentObserver observer, CancellationToken cancellation)
    {
        PromptKDConfig settings = _config.Trainer.PromptKD;
        ClassVectors classVectors = _classVectors ?? EncodeClasses(observer);
        _classVectors = null; // The method frees them from here on.
        ITeacherFeatures teacher = ReadTeacher(run, observer, cancellation);
        var encoder = new ImageEncoder(_studentClip.Architecture, _target.Type, _target.Device);
        ModuleWeights.Fill(encoder, _studentClip.Tensors, "visual.", _studentClip.Description);
        double studentScale = Math.Exp(_studentClip.LogitScale);
        manual_seed(_config.Seed);
        var student = new Student(encoder, new StudentShape(
            settings.NCtxVision,
            settings.NCtxVision == 0 ? 0 : settings.PromptDepthVision,
            (int)classVectors.Vectors.shape[1],
            settings.HalfPrompts));
        _studentClip.Dispose();
        return new PromptKDMethod(
            student,
            teacher,
            classVectors,
            new PromptKDSettings(settings.KdWeight, settings.Temperature, studentScale));
    }

    /// <summary>The teacher's accuracies on the validation folder; null without one, or without its image tower.</summary>
    public BaseNovelResult? MeasureTeacher(
        PromptKDMethod method, IExperimentObserver observer, CancellationToken cancellation)
    {
        if (_validation is null || _liveTeacher is null)
        {
            return null;
        }

        observer.OnPhase($"Measuring the teacher on {_validation.Pictures} validation pictures");
        ClassVectors classVectors = method.ClassVectors;
        BaseNovelResult result = Measure(
            images => classVectors.Compare(_liveTeacher.Of(images), classVectors.LogitScale), cancellation);
        Warn(observer, _validation.Skipped);
        return result;
    }

    /// <summary>Names the pictures that could not be learned from.</summary>
    public void WarnOfSkipped(IExperimentObserver observer) => Warn(observer, _pictureLoader.Skipped);

    /// <summary>How the method is to be trained.</summary>
    public TrainingPlan Plan(
        RunFolder run,
        PromptKDMethod method,
        BaseNovelResult? teacher,
        RunObserver observer,
        CancellationToken cancellation)
    {
        int batchSize = _config.DataLoader.TrainX.BatchSize;
        LoadPlan Epoch(int epoch, int firstBatch) => new()
        {
            Order = _config.DataLoader.TrainX.Sampler == "SequentialSampler"
                ? EpochOrder.Sequential(Pictures.Count)
                : EpochOrder.Shuffled(Pictures.Count, _config.Seed, epoch),
            BatchSize = batchSize,
            DropLast = true,
            FirstBatch = firstBatch,
            Views = _store?.Index.Views ?? DistillationPictures.Views(_config),
            View = _store is null ? epoch : epoch % _store.Index.ViewCount,
        };

        return new TrainingPlan
        {
            Epochs = _config.Optim.MaxEpoch,
            BatchesPerEpoch = Epoch(0, 0).BatchCount,
            PicturesPerEpoch = Math.Min(Epoch(0, 0).BatchCount * batchSize, Pictures.Count),
            Batches = (epoch, firstBatch) => _pictureLoader.Load(Epoch(epoch, firstBatch), cancellation),
            Skipped = _pictureLoader.Skipped,
            Schedule = new LearningRateSchedule(_config.Optim),
            Optimizer = new OptimizerSettings(
                _config.Optim.Momentum,
                _config.Optim.WeightDecay,
                _config.Optim.SgdDampening,
                _config.Optim.SgdNesterov),
            CheckpointPath = run.CheckpointPath,
            CheckpointInterval = _config.Train.CheckpointMinutes > 0
                ? TimeSpan.FromMinutes(_config.Train.CheckpointMinutes)
                : TimeSpan.MaxValue,
            Inputs = Digests,
            Validate = _validation is null ? null : stop => Measure(method.Classify, stop),
            Progress = observer,
            EpochDone = history =>
            {
                run.WriteMetrics(MetricLines.Of(history, teacher));
                observer.OnEpoch(history[^1]);
            },
        };
    }

    /// <summary>The manifest of the student after its last epoch.</summary>
    public StudentManifest Describe(EpochRecord last, BaseNovelResult? teacher, PromptKDMethod method)
    {
        PromptKDConfig settings = _config.Trainer.PromptKD;
        StudentShape shape = method.Student.Shape;
        return new StudentManifest
        {
            Architecture = method.Student.Architecture,
            PromptLength = shape.PromptLength,
            PromptDepth = shape.PromptDepth,
            TeacherEmbedding = shape.TeacherEmbedding,
            RoundPromptsToHalf = shape.RoundPromptsToHalf,
            LogitScale = method.Settings.StudentLogitScale,
            ClassNames = _config.Distill.Classes,
            Templates = settings.Templates,
            Preprocessing = _preprocessing,
            Precision = _target.PrecisionName,
            Inputs = Digests,
            Training = new StudentTraining(
                Pictures.Count,
                _pictureLoader.Skipped.Count,
                _config.Optim.MaxEpoch,
                _config.DataLoader.TrainX.BatchSize,
                _config.Optim.Lr,
                settings.KdWeight,
                settings.Temperature,
                _config.Seed,
                last.Agreement),
            Validation = last.Validation,
            TeacherValidation = teacher,
        };
    }

    /// <summary>What the run came to.</summary>
    public DistillationReport Report(RunFolder run, TrainingPosition end, StudentManifest student) => new(
        run.StudentFolder,
        Pictures.Count,
        end.Skipped,
        end.History,
        student.TeacherValidation,
        student.Validation);

    /// <inheritdoc/>
    public void Dispose()
    {
        _studentClip.Dispose();
        _teacher?.Dispose();
        _classVectors?.Dispose();
    }

    // A store that holds the vectors of these classes needs no teacher at all.
    private void OpenTeacher(IExperimentObserver observer, CancellationToken cancellation)
    {
        DistillConfig paths = _config.Distill;
        _store = paths.Store.Length == 0 ? null : TeacherStore.Open(paths.Store);
        (ClassVectors Vectors, string VocabularySha256)? stored = _store?.ReadClassVectors(
            ClassVectorKey(_store.Index.Teacher, _store.Index.TeacherPrompts), paths.Classes, _target.Device);
        if (stored is null && paths.Teacher.Length == 0)
        {
            throw new PromptKDException(
                $"The teacher store {paths.Store} has no class vectors for these names and templates. Give --teacher: the "
                + "CLIP that the store was made with.");
        }

        if (stored is null || paths.Teacher.Length > 0)
        {
            _teacher = OpenedTeacher.Open(paths, _target, observer, cancellation);
            RefuseOtherSizes(_teacher.Model.Architecture, _studentClip);
        }

        _target.UseThreadsFor(Math.Max(
            _teacher?.Model.Architecture.VisionWidth ?? 0, _studentClip.Architecture.VisionWidth));
        _store?.Index.RefuseOther(_store.Folder, IndexFor(_store.Index));
        _classVectors = stored?.Vectors;
        _vocabulary = stored is null
            ? ModelFiles.FindVocabulary(paths.Vocab, _teacher!.Model.Folder, cancellation)
            : "";
        string promptsDigest = _teacher?.PromptsSha256 ?? _store!.Index.TeacherPrompts;
        var digests = new SortedDictionary<string, string>
        {
            ["class names"] = DigestOf(string.Join('\n', paths.Classes)),
            ["pictures"] = _pictureDigest,
            ["student"] = _studentClip.Sha256,
            ["teacher"] = _teacher?.Sha256 ?? _store!.Index.Teacher,
            ["vocabulary"] = stored?.VocabularySha256 ?? FileDigest.Sha256([_vocabulary]),
        };
        if (promptsDigest != OpenedTeacher.NoPrompts)
        {
            digests["teacher prompts"] = promptsDigest;
        }

        Digests = digests;
    }

    private ClassVectors EncodeClasses(IExperimentObserver observer)
    {
        ClassVectors vectors = _teacher!.EncodeClasses(_config, _vocabulary, observer);
        _store?.WriteClassVectors(
            ClassVectorKey(_teacher.Sha256, _teacher.PromptsSha256), vectors, Digests["vocabulary"]);
        return vectors;
    }

    private ITeacherFeatures ReadTeacher(RunFolder run, IExperimentObserver observer, CancellationToken cancellation)
    {
        if (_store is not null)
        {
            observer.OnPhase($"Checking the teacher store {_store.Folder}");
            _teacher?.Dispose();
            return _store.ReadTeacher(_target.Device);
        }

        _liveTeacher = _teacher!.Model.ReadImageTower(_config.Trainer.PromptKD.HalfPrompts);
        _teacher.Dispose();
        if (_config.Distill.Views == 0)
        {
            return _liveTeacher;
        }

        StoreIndex index = DistillationPictures.Index(
            _config, _target, _teacher, _preprocessing, Pictures.Count, _pictureDigest);
        _store = TeacherStore.OpenOrBegin(Path.Combine(run.Root, "teacher-store"), index);
        DistillationPictures.Fill(_store, _pictureLoader, _liveTeacher, StorePart.Whole, observer, cancellation);
        return _store.ReadTeacher(_target.Device);
    }

    // What this run would store, as far as it knows: it takes the views, and the teacher if it has none, as they are.
    private StoreIndex IndexFor(StoreIndex stored) => stored with
    {
        Teacher = _teacher?.Sha256 ?? stored.Teacher,
        TeacherPrompts = _teacher?.PromptsSha256 ?? stored.TeacherPrompts,
        RoundPromptsToHalf = _config.Trainer.PromptKD.HalfPrompts,
        Pictures = _pictureDigest,
        PictureCount = Pictures.Count,
        Preprocessing = _preprocessing,
        FastJpeg = _config.Distill.FastJpeg,
        ViewAlgorithm = ViewGenerator.Algorithm,
    };

    private string ClassVectorKey(string teacher, string prompts)
    {
        PromptKDConfig settings = _config.Trainer.PromptKD;
        string[] made =
        [
            teacher, prompts, settings.CtxInit, settings.HalfPrompts.ToString(), _target.PrecisionName,
            string.Join('\n', settings.Templates), string.Join('\n', _config.Distill.Classes),
        ];
        return DigestOf(string.Join("\n\n", made));
    }

    // Both see the same pixels, so that the student learns what the teacher saw.
    private static void RefuseOtherSizes(ClipArchitecture teacher, ClipCheckpoint student)
    {
        if (teacher.ImageSize != student.Architecture.ImageSize)
        {
            throw new PromptKDException(
                $"The teacher ({teacher.Name}) sees {teacher.ImageSize} pixels, the student ({student.Description}) "
                + $"{student.Architecture.ImageSize}. Choose two CLIPs of the same input size.");
        }
    }

    private static string DigestOf(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private BaseNovelResult Measure(Func<Tensor, Tensor> classify, CancellationToken cancellation) =>
        _validation!.Measure(
            classify, _config.Distill.Base, _config.DataLoader.Test.BatchSize, cancellation);

    private static void Warn(IExperimentObserver observer, SkippedPictures pictures)
    {
        foreach (SkippedPicture picture in pictures)
        {
            observer.OnWarning($"skipped {picture.Path}: {picture.Reason}");
        }
    }
}
