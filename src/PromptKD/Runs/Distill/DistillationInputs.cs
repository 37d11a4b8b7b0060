using PromptKD.Configuration;
using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Evaluation;
using PromptKD.Export;
using PromptKD.Features;
using PromptKD.Methods;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Models.Weights;
using PromptKD.Runs.Teach;
using PromptKD.Runtime;
using PromptKD.Teachers;
using PromptKD.Training;

namespace PromptKD.Runs.Distill;

/// <summary>Everything that a distillation is made from, opened and checked before the first step.</summary>
internal sealed class DistillationInputs : IDisposable
{
    private readonly ExperimentConfig _config;
    private readonly ComputeTarget _target;
    private readonly ClipCheckpoint _studentClip;
    private readonly PictureSet _pictures;
    private readonly DistillationTeachers _teachers;
    private readonly PictureLoader _pictureLoader;
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
        Preprocessing = DistillationPictures.PreprocessingOf(config, studentClip.Architecture);
        _teachers = teachers;
        PictureLoaderOptions options = DistillationPictures.LoaderOptions(config);
        _pictureLoader = new PictureLoader(pictures.Items, Preprocessing, options);
        _validation = config.Distill.Val.Length == 0
            ? null
            : new FolderEvaluation(config.Distill.Val, config.Distill.Classes, Preprocessing, options);
        Digests = new SortedDictionary<string, string>(teachers.Digests.ToDictionary())
        {
            ["class names"] = FileDigest.OfText(string.Join('\n', config.Distill.Classes)),
            ["pictures"] = pictures.Digest,
            ["student"] = studentClip.Sha256,
        };
    }

    /// <summary>The unlabelled pictures.</summary>
    public IReadOnlyList<PictureItem> Pictures => _pictures.Items;

    /// <summary>The configuration with what the models decided: the size of the pictures.</summary>
    public ExperimentConfig Resolved => _config with
    {
        Input = _config.Input with { Size = [Preprocessing.Size, Preprocessing.Size] },
    };

    /// <summary>How pictures are prepared.</summary>
    public Preprocessing Preprocessing { get; }

    /// <summary>
    /// The pictures as epochs go through them; with a store, through its views, once the method is built.
    /// </summary>
    public TrainingPictures TrainingPictures => _teachers.Store is { } store
        ? new TrainingPictures(_config, Pictures.Count, _pictureLoader)
        {
            Views = store.Index.Views,
            ViewCount = store.Index.ViewCount,
        }
        : new TrainingPictures(_config, Pictures.Count, _pictureLoader);

    /// <summary>SHA-256 of each input, by name.</summary>
    public IReadOnlyDictionary<string, string> Digests { get; }

    /// <summary>Opens checkpoints, vocabulary and store, and hashes them and the pictures.</summary>
    /// <param name="config">What is distilled from what.</param>
    /// <param name="folder">The folder that the pictures are named relative to.</param>
    /// <param name="pictures">The unlabelled pictures; labels are not read.</param>
    /// <param name="target">Where to compute.</param>
    /// <param name="observer">Is told how it goes.</param>
    /// <param name="cancellation">Stops downloads and hashing.</param>
    /// <exception cref="PromptKDException">An input is missing, damaged, or does not fit the others.</exception>
    public static DistillationInputs Open(
        ExperimentConfig config,
        string folder,
        IReadOnlyList<PictureItem> pictures,
        ComputeTarget target,
        ITrainingObserver observer,
        CancellationToken cancellation)
    {
        observer.OnPhase($"Reading the student {config.Distill.Student}");
        ClipCheckpoint student = ModelFiles.OpenClip(config.Distill.Student, observer, cancellation);
        DistillationTeachers? teachers = null;
        try
        {
            student.Architecture.RequireTransformer(student.Description);
            var hashed = PictureSet.Hash(folder, pictures, DigestMemory.None, observer, cancellation);
            teachers = DistillationTeachers.Open(config, target, hashed, student, observer, cancellation);
            return new DistillationInputs(config, target, student, hashed, teachers);
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
    public PromptKDMethod BuildMethod(RunFolder run, ITrainingObserver observer, CancellationToken cancellation)
    {
        ClassVectors classVectors = _teachers.EncodeClasses(observer);
        IImageFeatures teacher = _teachers.ReadFeatures(run, _pictureLoader, observer, cancellation);
        FurtherTeachers? further = _teachers.ReadFurther(run, _pictureLoader, observer, cancellation);
        return BuildStudent(classVectors, teacher, further);
    }

    /// <summary>As <see cref="BuildMethod"/>, to classify only: the teacher's image tower is not read.</summary>
    public PromptKDMethod BuildClassifier(ITrainingObserver observer) =>
        BuildStudent(_teachers.EncodeClasses(observer), teacher: null, further: null);

    /// <summary>
    /// The teachers' accuracies on the validation folder, once the method is built; null without one, or without any
    /// image tower.
    /// </summary>
    public TeacherResults? MeasureTeachers(ITrainingObserver observer, CancellationToken cancellation)
    {
        TeacherResults? result = _teachers.Measure(_validation, observer, cancellation);
        _teachers.Release();
        if (_validation is not null)
        {
            Warn(observer, _validation.Skipped);
        }

        return result;
    }

    /// <summary>Frees what training does not need of the teacher.</summary>
    public void ReleaseTeacher() => _teachers.Release();

    /// <summary>Names the pictures that could not be learned from.</summary>
    public void WarnOfSkipped(ITrainingObserver observer) => Warn(observer, _pictureLoader.Skipped);

    /// <summary>How the method is to be trained.</summary>
    public TrainingPlan Plan(
        RunFolder run,
        PromptKDMethod method,
        TeacherResults? teacher,
        RunObserver observer,
        CancellationToken cancellation)
    {
        return TrainingPictures.Plan(run.CheckpointPath, Digests, cancellation) with
        {
            Validate = _validation is null ? null : (_, stop) => Measure(method.Classify, stop),
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
            Preprocessing = Preprocessing,
            Precision = _target.PrecisionName,
            Inputs = Digests,
            TeacherTuning = Tuning(),
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

    private PromptKDMethod BuildStudent(
        ClassVectors classVectors, IImageFeatures? teacher, FurtherTeachers? further)
    {
        PromptKDConfig settings = _config.Trainer.PromptKD;
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

    private TeacherTuning? Tuning() =>
        TeachingReport.OfCheckpoint(
            _config.Distill.TeacherPrompts, Digests.GetValueOrDefault("teacher prompts", "")) is { } report
            ? new TeacherTuning(
                report.Method,
                report.LearnedClasses.Count,
                report.Shots,
                report.Pictures,
                report.Inputs["pictures"])
            : null;

    private BaseNovelResult Measure(Func<Tensor, Tensor> classify, CancellationToken cancellation) =>
        _validation!.Measure(
            classify, _config.Distill.Base, _config.DataLoader.Test.BatchSize, cancellation);

    private static void Warn(ITrainingObserver observer, SkippedPictures pictures)
    {
        foreach (SkippedPicture picture in pictures)
        {
            observer.OnWarning($"skipped {picture.Path}: {picture.Reason}");
        }
    }
}
