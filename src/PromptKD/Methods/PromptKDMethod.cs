using PromptKD.Configuration;
using PromptKD.Data.Loading;
using PromptKD.Features;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Runtime.Processes;
using PromptKD.Teachers;
using PromptKD.Text;
using TorchSharp.Modules;

namespace PromptKD.Methods;

/// <summary>
/// PromptKD (Li et al., CVPR 2024): a small student learns, from unlabelled images, to give each image the class
/// probabilities that a large teacher gives it. Both compare images with the teacher's text features, so the student
/// needs no text encoder. The parts that the paper takes out or exchanges, one by one, are settings.
/// </summary>
/// <remarks>arXiv 2403.02781, section 3; PromptKD trainers/promptkd.py.</remarks>
internal sealed class PromptKDMethod : ITrainedMethod
{
    private const string Moving = "moving";

    private readonly Student _student;
    private readonly ITeacher _teacher;
    private readonly Tensor _logitScale;
    private readonly ClassVectors? _ownTexts;

    /// <param name="student">Taken over: disposed with the method.</param>
    /// <param name="logitScale">exp(logit_scale) of the student's own CLIP.</param>
    /// <param name="teacher">Whom it learns from, and whose class vectors it is compared with; taken over.</param>
    /// <param name="settings">Weight and temperature of the loss.</param>
    /// <param name="ownTexts">
    /// The text features of the student's own CLIP, taken over, where it is compared with these; null: the teacher's.
    /// </param>
    public PromptKDMethod(
        Student student, double logitScale, ITeacher teacher, PromptKDSettings settings, ClassVectors? ownTexts = null)
    {
        _student = student;
        _teacher = teacher;
        Settings = settings;
        _logitScale = tensor((float)Math.Log(logitScale)).DetachFromDisposeScope();
        _ownTexts = ownTexts;
        Distilled = new DistilledStudent(student, ownTexts ?? teacher.ClassVectors, logitScale);
    }

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, Parameter>> Trainable => _student.Trainable;

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, Tensor>> State => _student.LearnedState;

    /// <summary>What is learned, and the running statistics of the projector's batch normalisation.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Deployed => _student.LearnedState;

    /// <inheritdoc/>
    public FrozenModel Model => new(_student.Encoder, _logitScale);

    /// <summary>The projector's batch normalisation has no variance of one picture; one layer has none.</summary>
    public int SmallestBatch => _student.Shape.ProjectorLayers > 1 ? 2 : 1;

    /// <summary>Whom it learns from. Belongs to the method.</summary>
    public ITeacher Teacher => _teacher;

    /// <summary>Numbers of the loss.</summary>
    public PromptKDSettings Settings { get; }

    /// <inheritdoc/>
    public DistilledStudent Distilled { get; }

    DistilledStudent? ITrainedMethod.Distilled => Distilled;

    /// <summary>Makes a student of the CLIP, with fresh prompts and projector.</summary>
    /// <param name="inputs">With a teacher.</param>
    public static PromptKDMethod Build(MethodInputs inputs)
    {
        using var parts = new Unfinished();
        ITeacher teacher = parts.Add(
            inputs.Teacher
                ?? throw new InvalidOperationException("PromptKD learns from a teacher, and there is none."));
        PromptKDConfig settings = inputs.Config.Trainer.PromptKD;
        ClipCheckpoint clip = inputs.Clip;
        CheckTower(clip, settings);
        ClassVectors? ownTexts = settings.SharedText ? null : parts.Add(ReadOwnTexts(inputs));

        // What is learned is float32: so many small steps would be lost in a shorter type.
        ScalarType type = settings.TuneTower ? ScalarType.Float32 : inputs.Target.Type;
        ImageEncoder encoder = parts.Add(ImageEncoder.Create(clip.Architecture, type, inputs.Target.Device));
        ModuleWeights.Fill(encoder, clip.Tensors, "visual.", clip.Description);
        inputs.SeedTorch();
        var shape = new StudentShape(
            settings.NCtxVision,
            settings.NCtxVision == 0 ? 0 : settings.PromptDepthVision,
            (int)(ownTexts ?? teacher.ClassVectors).Vectors.shape[1],
            settings.HalfPrompts)
        {
            ProjectorLayers = settings.ProjectLayer,
            TunesTower = settings.TuneTower,
            TunedLayers = settings.TuneTower ? settings.TuneLayers : 0,
            MovesStatistics = settings.TuneTower && settings.BatchNorm == Moving,
        };
        return parts.HandOver(new PromptKDMethod(
            new Student(encoder, shape),
            Math.Exp(clip.LogitScale),
            teacher,
            PromptKDSettings.Of(settings, inputs.Config.Seed),
            ownTexts));
    }

    /// <summary>Refuses what the student's tower cannot learn, from its sizes alone.</summary>
    /// <param name="clip">The student's.</param>
    /// <param name="settings">How many tokens it is to have, and which of its layers learn.</param>
    /// <exception cref="PromptKDException">
    /// It is a ResNet, and tokens are asked for; it is frozen; it has fewer layers than are to learn, or no statistics
    /// that could move.
    /// </exception>
    public static void CheckTower(ClipCheckpoint clip, PromptKDConfig settings)
    {
        if (clip.Architecture.TowerGraph is not null && settings.TuneTower)
        {
            throw new PromptKDException(
                $"{clip.Description}: an ONNX graph is frozen as it is, so its layers cannot learn. Set "
                + "TRAINER.PROMPTKD.TUNE_TOWER False (distill: ‹tune› projector).");
        }

        if (!clip.Architecture.HasTokens && settings is { NCtxVision: > 0, PromptDepthVision: > 0 })
        {
            throw new PromptKDException(
                $"{clip.Description}: its image encoder is "
                + $"{(clip.Architecture.Tower is null ? "a ResNet" : clip.Architecture.Name)}, which has no tokens to "
                + $"put {settings.NCtxVision} learned ones among. Set TRAINER.PROMPTKD.N_CTX_VISION 0 (distill: "
                + "‹tune› projector), so that its projector alone learns; with TRAINER.PROMPTKD.TUNE_TOWER True "
                + "(‹tune› tower) its tower learns too.");
        }

        if (settings.TuneTower)
        {
            using ImageEncoder sizes = ImageEncoder.Create(clip.Architecture, ScalarType.Float32, META);
            TunedLayers.Check(sizes, settings.TuneLayers, settings.BatchNorm == Moving);
        }
    }

    /// <summary>Refuses statistics that several processes would each move by themselves.</summary>
    /// <param name="settings">Whether they move.</param>
    /// <param name="processes">Who learns together.</param>
    /// <exception cref="PromptKDException">They move, and there are several.</exception>
    public static void CheckProcesses(PromptKDConfig settings, IProcessGroup processes)
    {
        if (!processes.IsAlone() && settings is { TuneTower: true, BatchNorm: Moving })
        {
            throw new PromptKDException(
                $"‹batch-norm› moving (TRAINER.PROMPTKD.BATCH_NORM) is for one process: {processes.Size} would each "
                + "move the tower's statistics by their own part of a batch. Give ‹batch-norm› frozen, or one process.")
            {
                Code = PromptKDError.NotSupported,
            };
        }
    }

    /// <inheritdoc/>
    public void ShareBatches(IProcessGroup processes) => _student.ShareBatches(processes);

    /// <inheritdoc/>
    public void SitOut() => _student.SitOut();

    /// <inheritdoc/>
    public double RateFactor(string name) =>
        name.StartsWith(Student.ProjectorPrefix, StringComparison.Ordinal) ? WidthFactor(name)
        : Student.IsPrompt(name) ? Settings.PromptRateFactor
        : Settings.TowerRateFactor;

    /// <inheritdoc/>
    public void SetTraining(bool training) => _student.train(training);

    /// <inheritdoc/>
    public void LoadLearned(IReadOnlyDictionary<string, Tensor> tensors, string source) =>
        _student.LoadLearned(tensors, source);

    /// <inheritdoc/>
    public StepOutcome Loss(Batch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        StepOutcome outcome = CompareTower(batch, _student.TowerFeatures(batch.Images));
        return (outcome with { AfterBackward = _student.ClearLostGradients }).MoveToOuterDisposeScope();
    }

    /// <summary>The loss of pictures of which the features of the student's tower are known.</summary>
    /// <param name="batch">What the teacher is asked about.</param>
    /// <param name="features">The tower's, not normalised, with their graph, [batch, student embedding].</param>
    public StepOutcome CompareTower(Batch batch, Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        return Compare(batch, _student.Project(Settings.Noise.On(features, batch))).MoveToOuterDisposeScope();
    }

    /// <summary>The loss of pictures of which the student's features are known.</summary>
    /// <param name="batch">What the teacher is asked about.</param>
    /// <param name="features">The student's, normalised, with their graph, [batch, embedding].</param>
    public StepOutcome Compare(Batch batch, Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor given = Distilled.ClassVectors.Compare(features, Distilled.LogitScale);
        if (Settings.Loss == PromptKDSettings.Probabilities)
        {
            return Compare(_teacher.Scores(batch), given).MoveToOuterDisposeScope();
        }

        Teacher teacher = _teacher as Teacher
            ?? throw new InvalidOperationException(
                "The features of several teachers, or of a changed one, are not one.");
        Tensor wanted = teacher.ImageFeatures(batch);
        Tensor distance = Settings.Loss == "l1"
            ? nn.functional.l1_loss(features, wanted)
            : nn.functional.mse_loss(features, wanted);
        Tensor loss = distance.Times(WeightOf(wanted));
        Tensor asked = teacher.ClassVectors.Compare(wanted, teacher.ClassVectors.LogitScale);
        return new StepOutcome(loss, Matches(asked, given)).MoveToOuterDisposeScope();
    }

    /// <summary>The weighted loss, and on how many pictures student and teacher choose the same class.</summary>
    /// <param name="asked">The teacher's logits, [batch, classes].</param>
    /// <param name="given">The student's, with their graph, [batch, classes].</param>
    public StepOutcome Compare(Tensor asked, Tensor given)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor loss = DistillationLoss.Compute(asked, given, Settings.Temperature).Times(WeightOf(asked));
        return new StepOutcome(loss, Matches(asked, given)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public ProjectorStart Start(IImageFeatures studentFeatures) => new ProjectorStart(this, studentFeatures);

    /// <inheritdoc/>
    public Tensor Classify(Tensor images) => Distilled.Classify(images);

    /// <inheritdoc/>
    public void Dispose()
    {
        _student.Dispose();
        _teacher.Dispose();
        _logitScale.Dispose();
        _ownTexts?.Dispose();
    }

    // A weight [outputs, inputs] moves each output by as many summands as it has inputs; biases have none.
    private double WidthFactor(string name) =>
        Settings.RateWidth > 0 && Trainable.Single(named => named.Key == name).Value is { shape: [_, long inputs] }
            ? (double)Settings.RateWidth / inputs
            : 1;

    private static Tensor Matches(Tensor asked, Tensor given) => asked.argmax(-1).eq(given.argmax(-1)).sum();

    // As the teacher's plain texts are made: learned text tokens are the teacher's, and do not fit another CLIP.
    private static ClassVectors ReadOwnTexts(MethodInputs inputs)
    {
        PromptKDConfig settings = inputs.Config.Trainer.PromptKD;

        // Not disposed: that would free the caller's weights.
        var clip = new FrozenClip(inputs.Clip, prompts: null, inputs.Target);
        return clip.ReadClassVectors(
            inputs.Tokenizer.Value,
            inputs.ClassNames,
            [.. settings.Templates.Select(pattern => new PromptTemplate(pattern))],
            contextText: "",
            roundToHalf: false);
    }

    // The mean over all numbers of a picture, or their sum.
    private double WeightOf(Tensor compared) => Settings.LossWeight * (Settings.IsPerPicture ? compared.shape[1] : 1);
}
