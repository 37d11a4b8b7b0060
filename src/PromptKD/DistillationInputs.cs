using PromptKD.Configuration;
using PromptKD.Data;
using PromptKD.Evaluation;
using PromptKD.Export;
using PromptKD.Features;
using PromptKD.Methods;
using PromptKD.Models;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Text;
using PromptKD.Training;

namespace PromptKD;

/// <summary>Everything that a distillation is made from, opened and checked before the first step.</summary>
internal sealed class DistillationInputs : IDisposable
{
    private readonly ExperimentConfig _config;
    private readonly ComputeTarget _target;
    private readonly ClipCheckpoint _studentClip;
    private readonly FrozenTeacher _teacher;
    private readonly ClipTokenizer _tokenizer;
    private readonly Preprocessing _preprocessing;
    private readonly ImageLoader _pictureLoader;
    private readonly FolderEvaluation? _validation;
    private LiveTeacher? _liveTeacher;

    private DistillationInputs(
        ExperimentConfig config, ComputeTarget target, IReadOnlyList<ImageItem> pictures, OpenedModels models)
    {
        _config = config;
        _target = target;
        (_studentClip, _teacher, _tokenizer, Digests) = models;
        _preprocessing = PreprocessingOf(config, _studentClip.Architecture);
        Pictures = pictures;
        _pictureLoader = new ImageLoader(Pictures, _preprocessing, LoaderOptions(config));
        _validation = config.Distill.Val.Length == 0
            ? null
            : new FolderEvaluation(
                config.Distill.Val, config.Distill.Classes, _preprocessing, LoaderOptions(config));
    }

    /// <summary>The unlabelled pictures.</summary>
    public IReadOnlyList<ImageItem> Pictures { get; }

    /// <summary>SHA-256 of each input, by name.</summary>
    public IReadOnlyDictionary<string, string> Digests { get; private set; }

    /// <summary>Opens checkpoints, vocabulary and folders, and hashes them.</summary>
    /// <exception cref="PromptKDException">One is missing, damaged, or does not fit the others.</exception>
    public static DistillationInputs Open(
        ExperimentConfig config, ComputeTarget target, IExperimentObserver observer, CancellationToken cancellation)
    {
        // The folder comes first: a teacher may have to be fetched.
        IReadOnlyList<ImageItem> items = ImageFolder.Unlabelled(config.Distill.Images).Items;
        OpenedModels models = OpenedModels.Open(config, target, observer, cancellation);
        try
        {
            var inputs = new DistillationInputs(config, target, items, models);
            observer.OnPhase($"Hashing {inputs.Pictures.Count} pictures");
            string pictures = PictureDigest.Compute(config.Distill.Images, inputs.Pictures, cancellation);
            inputs.Digests = new SortedDictionary<string, string>(models.Digests.ToDictionary())
            {
                ["pictures"] = pictures,
            };
            return inputs;
        }
        catch
        {
            models.Dispose();
            throw;
        }
    }

    /// <summary>Builds the method: class vectors once, the teacher's image tower, the student. Frees the files.</summary>
    public PromptKDMethod BuildMethod(IExperimentObserver observer)
    {
        PromptKDConfig settings = _config.Trainer.PromptKD;
        _target.UseThreadsFor(Math.Max(_teacher.Architecture.VisionWidth, _studentClip.Architecture.VisionWidth));
        observer.OnPhase($"Encoding {_config.Distill.Classes.Count} class names with {_teacher.Architecture.Name}");
        ClassVectors classVectors = _teacher.ReadClassVectors(
            _tokenizer,
            _config.Distill.Classes,
            [.. settings.Templates.Select(pattern => new PromptTemplate(pattern))],
            settings.CtxInit,
            settings.HalfPrompts);
        _liveTeacher = _teacher.ReadImageTower(settings.HalfPrompts);
        _teacher.Dispose();

        var encoder = new ImageEncoder(_studentClip.Architecture, _target.Type, _target.Device);
        ModuleWeights.Fill(encoder, _studentClip.Tensors, "visual.", _studentClip.Description);
        double studentScale = Math.Exp(_studentClip.LogitScale);
        manual_seed(_config.Seed);
        var student = new Student(encoder, new StudentShape(
            settings.NCtxVision,
            settings.NCtxVision == 0 ? 0 : settings.PromptDepthVision,
            _teacher.Architecture.EmbeddingSize,
            settings.HalfPrompts));
        _studentClip.Dispose();
        return new PromptKDMethod(
            student,
            _liveTeacher,
            classVectors,
            new PromptKDSettings(settings.KdWeight, settings.Temperature, studentScale));
    }

    /// <summary>The teacher's accuracies on the validation folder; null without one.</summary>
    public BaseNovelResult? MeasureTeacher(
        PromptKDMethod method, IExperimentObserver observer, CancellationToken cancellation)
    {
        if (_validation is null)
        {
            return null;
        }

        observer.OnPhase($"Measuring the teacher on {_validation.Pictures} validation pictures");
        ClassVectors classVectors = method.ClassVectors;
        BaseNovelResult result = Measure(
            images => classVectors.Compare(_liveTeacher!.Of(images), classVectors.LogitScale), cancellation);
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
            Views = Views(),
            View = epoch,
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
        _teacher.Dispose();
    }

    private ViewGenerator Views()
    {
        ValueList<string> transforms = _config.Input.Transforms;
        return new ViewGenerator(_config.Seed)
        {
            RandomCrop = transforms.Contains("random_resized_crop"),
            MinArea = _config.Input.RandomResizedCropScale[0],
            MaxArea = _config.Input.RandomResizedCropScale[1],
            FlipProbability = transforms.Contains("random_flip") ? 0.5 : 0,
        };
    }

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

    private static Preprocessing PreprocessingOf(ExperimentConfig config, ClipArchitecture student) => new()
    {
        Size = student.ImageSize,
        Interpolation = config.Input.Interpolation == "bilinear" ? Interpolation.Bilinear : Interpolation.Bicubic,
        Mean = ToRgb(config.Input.PixelMean),
        Std = ToRgb(config.Input.PixelStd),
    };

    private static Rgb ToRgb(ValueList<double> values) => new((float)values[0], (float)values[1], (float)values[2]);

    private static ImageLoaderOptions LoaderOptions(ExperimentConfig config)
    {
        var options = new ImageLoaderOptions
        {
            Strict = config.Distill.Strict,
            ReducedJpegScale = config.Distill.FastJpeg,
            PinMemory = true,
        };
        int workers = Math.Min(config.DataLoader.NumWorkers, Environment.ProcessorCount);
        return workers > 0 ? options with { Workers = workers } : options;
    }
}
