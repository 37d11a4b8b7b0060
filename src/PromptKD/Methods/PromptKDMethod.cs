using PromptKD.Configuration;
using PromptKD.Data.Loading;
using PromptKD.Features;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using PromptKD.Models.Weights;
using PromptKD.Runtime;
using PromptKD.Teachers;
using TorchSharp.Modules;

namespace PromptKD.Methods;

/// <summary>
/// PromptKD (Li et al., CVPR 2024): a small student learns, from unlabelled images, to give each image the class
/// probabilities that a large teacher gives it. Both compare images with the teacher's text features, so the student
/// needs no text encoder.
/// </summary>
/// <remarks>arXiv 2403.02781, section 3; PromptKD trainers/promptkd.py.</remarks>
internal sealed class PromptKDMethod : ITrainedMethod
{
    private readonly Student _student;
    private readonly ITeacher _teacher;
    private readonly Tensor _logitScale;

    /// <param name="student">Taken over: disposed with the method.</param>
    /// <param name="logitScale">exp(logit_scale) of the student's own CLIP.</param>
    /// <param name="teacher">Whom it learns from, and whose class vectors it is compared with; taken over.</param>
    /// <param name="settings">Weight and temperature of the loss.</param>
    public PromptKDMethod(Student student, double logitScale, ITeacher teacher, PromptKDSettings settings)
    {
        _student = student;
        _teacher = teacher;
        Settings = settings;
        _logitScale = tensor((float)Math.Log(logitScale)).DetachFromDisposeScope();
        Distilled = new DistilledStudent(student, teacher.ClassVectors, logitScale);
    }

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, Parameter>> Trainable => _student.Trainable;

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, Tensor>> State => _student.LearnedState;

    /// <summary>What is learned, and the running statistics of the projector's batch normalisation.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Deployed => _student.LearnedState;

    /// <inheritdoc/>
    public FrozenModel Model => new(_student.Encoder, _logitScale);

    /// <summary>The projector's batch normalisation has no variance of one picture.</summary>
    public int SmallestBatch => 2;

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
            inputs.Teacher ?? throw new InvalidOperationException("PromptKD learns from a teacher, and there is none."));
        PromptKDConfig settings = inputs.Config.Trainer.PromptKD;
        ClipCheckpoint clip = inputs.Clip;
        clip.Architecture.RequireTransformer(clip.Description);
        ImageEncoder encoder = parts.Add(
            ImageEncoder.Create(clip.Architecture, inputs.Target.Type, inputs.Target.Device));
        ModuleWeights.Fill(encoder, clip.Tensors, "visual.", clip.Description);
        inputs.SeedTorch();
        var student = new Student(encoder, new StudentShape(
            settings.NCtxVision,
            settings.NCtxVision == 0 ? 0 : settings.PromptDepthVision,
            (int)teacher.ClassVectors.Vectors.shape[1],
            settings.HalfPrompts));
        return parts.HandOver(new PromptKDMethod(
            student, Math.Exp(clip.LogitScale), teacher, PromptKDSettings.Of(settings)));
    }

    /// <inheritdoc/>
    public double RateFactor(string name) =>
        name.StartsWith(Student.EncoderPrefix, StringComparison.Ordinal) ? Settings.PromptRateFactor : 1;

    /// <inheritdoc/>
    public void SetTraining(bool training) => _student.train(training);

    /// <inheritdoc/>
    public void LoadLearned(IReadOnlyDictionary<string, Tensor> tensors, string source) =>
        _student.LoadLearned(tensors, source);

    /// <inheritdoc/>
    public StepOutcome Loss(Batch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        return Compare(_teacher.Scores(batch), Distilled.Scores(batch.Images)).MoveToOuterDisposeScope();
    }

    /// <summary>The weighted loss, and on how many pictures student and teacher choose the same class.</summary>
    /// <param name="asked">The teacher's logits, [batch, classes].</param>
    /// <param name="given">The student's, with their graph, [batch, classes].</param>
    public StepOutcome Compare(Tensor asked, Tensor given)
    {
        using DisposeScope scope = NewDisposeScope();
        double weight = Settings.LossWeight * (Settings.IsPerPicture ? asked.shape[1] : 1);
        Tensor loss = weight * DistillationLoss.Compute(asked, given, Settings.Temperature);
        Tensor matches = asked.argmax(-1).eq(given.argmax(-1)).sum();
        return new StepOutcome(loss, matches).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public ITrainedMethod Start(IImageFeatures studentFeatures) => new ProjectorStart(this, studentFeatures);

    /// <inheritdoc/>
    public Tensor Classify(Tensor images) => Distilled.Classify(images);

    /// <inheritdoc/>
    public void Dispose()
    {
        _student.Dispose();
        _teacher.Dispose();
        _logitScale.Dispose();
    }
}
