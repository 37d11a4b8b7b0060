using System.Security.Cryptography;
using System.Text;
using PromptKD.Configuration;
using PromptKD.Data;
using PromptKD.Evaluation;
using PromptKD.Export;
using PromptKD.Features;
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
    private readonly PictureSet _pictures;
    private readonly DistillationTeachers _teachers;
    private readonly ImageLoader _pictureLoader;
    private readonly FolderEvaluation? _validation;

    private DistillationInputs(
        ExperimentConfig config,
        ComputeTarget target,
        ClipCheckpoint studentClip,
        PictureSet pictures,
        DistillationTeachers teachers)
    {
        _config = config;
        _target = target;
        _studentClip = studentClip;
        _pictures = pictures;
        _teachers = teachers;
        ImageLoaderOptions options = DistillationPictures.LoaderOptions(config);
        _pictureLoader = new ImageLoader(pictures.Items, pictures.Preprocessing, options);
        _validation = config.Distill.Val.Length == 0
            ? null
            : new FolderEvaluation(config.Distill.Val, config.Distill.Classes, pictures.Preprocessing, options);
        Digests = new SortedDictionary<string, string>(teachers.Digests.ToDictionary())
        {
            ["class names"] = DigestOf(string.Join('\n', config.Distill.Classes)),
            ["pictures"] = pictures.Digest,
            ["student"] = studentClip.Sha256,
        };
    }

    /// <summary>The unlabelled pictures.</summary>
    public IReadOnlyList<ImageItem> Pictures => _pictures.Items;

    /// <summary>The configuration with what the models decided: the size of the pictures.</summary>
    public ExperimentConfig Resolved => _config with
    {
        Input = _config.Input with { Size = [_pictures.Preprocessing.Size, _pictures.Preprocessing.Size] },
    };

    /// <summary>SHA-256 of each input, by name.</summary>
    public IReadOnlyDictionary<string, string> Digests { get; }

    /// <summary>Opens checkpoints, vocabulary, folders and store, and hashes them.</summary>
    /// <exception cref="PromptKDException">One is missing, damaged, or does not fit the others.</exception>
    public static DistillationInputs Open(
        ExperimentConfig config, ComputeTarget target, IExperimentObserver observer, CancellationToken cancellation)
    {
        // The folder comes first: a model may have to be fetched.
        IReadOnlyList<ImageItem> items = ImageFolder.Unlabelled(config.Distill.Images).Items;
        observer.OnPhase($"Reading the student {config.Distill.Student}");
        ClipCheckpoint student = ModelFiles.OpenClip(config.Distill.Student, observer, cancellation);
        DistillationTeachers? teachers = null;
        try
        {
            student.Architecture.RequireTransformer(student.Description);
            Preprocessing preprocessing = DistillationPictures.PreprocessingOf(config, student.Architecture);
            var pictures = PictureSet.Hash(config.Distill.Images, items, preprocessing, observer, cancellation);
            teachers = DistillationTeachers.Open(config, target, pictures, student, observer, cancellation);
            return new DistillationInputs(config, target, student, pictures, teachers);
        }
        catch
        {
            teachers?.Dispose();
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
        ClassVectors classVectors = _teachers.EncodeClasses(observer);
        ITeacherFeatures teacher = _teachers.ReadFeatures(run, _pictureLoader, observer, cancellation);
        FurtherTeachers? further = _teachers.ReadFurther(run, _pictureLoader, observer, cancellation);
        var encoder = ImageEncoder.Create(_studentClip.Architecture, _target.Type, _target.Device);
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
            new PromptKDSettings(settings.KdWeight, settings.Temperature, studentScale),
            further);
    }

    /// <summary>
    /// The teachers' accuracies on the validation folder, once the method is built; null without one, or without any
    /// image tower.
    /// </summary>
    public TeacherResults? MeasureTeachers(IExperimentObserver observer, CancellationToken cancellation)
    {
        TeacherResults? result = _teachers.Measure(_validation, observer, cancellation);
        _teachers.Release();
        if (_validation is not null)
        {
            Warn(observer, _validation.Skipped);
        }

        return result;
    }

    /// <summary>Names the pictures that could not be learned from.</summary>
    public void WarnOfSkipped(IExperimentObserver observer) => Warn(observer, _pictureLoader.Skipped);

    /// <summary>How the method is to be trained.</summary>
    public TrainingPlan Plan(
        RunFolder run,
        PromptKDMethod method,
        TeacherResults? teacher,
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
            Views = _teachers.Store?.Index.Views ?? DistillationPictures.Views(_config),
            View = _teachers.Store is { } store ? epoch % store.Index.ViewCount : epoch,
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
    public StudentManifest Describe(EpochRecord last, TeacherResults? teacher, PromptKDMethod method)
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
            Preprocessing = _pictures.Preprocessing,
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
            TeacherValidation = teacher?.Combined,
            Teachers = _teachers.Combination is { } combination
                ? new CombinedTeachers(_teachers.Count, combination.Weights, teacher?.Each)
                : null,
        };
    }

    /// <summary>What the run came to.</summary>
    public DistillationReport Report(RunFolder run, TrainingPosition end, StudentManifest student) => new(
        run.StudentFolder,
        Pictures.Count,
        end.Skipped,
        end.History,
        student.TeacherValidation,
        student.Validation)
    {
        EachTeacher = student.Teachers?.Validations ?? [],
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        _studentClip.Dispose();
        _teachers.Dispose();
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
