using PromptKD.Data.Loading;
using PromptKD.Methods;
using PromptKD.Models.Clip;
using PromptKD.Models.Prompts;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PromptKD.Speed;

/// <summary>
/// PromptKD with the reference's arithmetic: at each step, the teacher looks at the pictures and at the texts of all
/// classes, and every tower runs uncut. The loss is the same number as <see cref="PromptKDMethod"/>'s.
/// </summary>
/// <remarks>PromptKD trainers/promptkd.py, <c>forward_backward</c> and <c>CustomCLIP</c>.</remarks>
/// <param name="student">The student's frozen tower; taken over.</param>
/// <param name="shape">What the student learns.</param>
/// <param name="teacher">The teacher's image tower; taken over.</param>
/// <param name="encodeClasses">The text features of all classes, not normalised, [classes, embedding].</param>
/// <param name="logitScale">exp(logit_scale) of the teacher.</param>
/// <param name="studentScale">exp(logit_scale) of the student.</param>
/// <param name="settings">Numbers of the loss.</param>
internal sealed class ReferenceMethod(
    ImageEncoder student,
    StudentShape shape,
    ImageEncoder teacher,
    Func<Tensor> encodeClasses,
    double logitScale,
    double studentScale,
    PromptKDSettings settings) : ITrainedMethod
{
    private readonly LearnedPrompts _prompts = new(
        shape.PromptLength, shape.PromptDepth, student.Architecture.VisionWidth, CPU, shape.RoundPromptsToHalf);

    private readonly Projector _projector = new(student.Architecture.EmbeddingSize, shape.TeacherEmbedding, CPU);

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, Parameter>> Trainable =>
    [
        .. _prompts.Named,
        .. _projector.named_parameters().Select(named => KeyValuePair.Create(named.name, named.parameter)),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, Tensor>> State =>
        [.. Trainable.Select(named => KeyValuePair.Create<string, Tensor>(named.Key, named.Value))];

    /// <summary>Is timed, never saved.</summary>
    public FrozenModel Model => throw new NotSupportedException();

    /// <inheritdoc/>
    public int SmallestBatch => 2;

    /// <summary>Is timed, never loaded.</summary>
    public void LoadLearned(IReadOnlyDictionary<string, Tensor> tensors, string source) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public void SetTraining(bool training) => _projector.train(training);

    /// <inheritdoc/>
    public StepOutcome Loss(Batch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor teacherLogits, Tensor classVectors) = AskTeacher(batch.Images);
        Tensor studentLogits = StudentLogits(batch.Images, classVectors);
        Tensor loss = settings.LossWeight
            * DistillationLoss.Compute(teacherLogits, studentLogits, settings.Temperature);
        Tensor matches = teacherLogits.argmax(-1).eq(studentLogits.argmax(-1)).sum();
        return new StepOutcome(loss.MoveToOuterDisposeScope(), matches.MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public Tensor Classify(Tensor images)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return StudentLogits(images, Normalise(encodeClasses())).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _prompts.Dispose();
        _projector.Dispose();
        student.Dispose();
        teacher.Dispose();
    }

    // [batch, classes] and [classes, embedding].
    private (Tensor Logits, Tensor ClassVectors) AskTeacher(Tensor images)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor features = Normalise(UncutTowers.EncodeImages(teacher, images, prompts: null));
        Tensor classVectors = Normalise(encodeClasses());
        Tensor logits = logitScale * features.matmul(classVectors.t());
        return (logits.MoveToOuterDisposeScope(), classVectors.MoveToOuterDisposeScope());
    }

    // [batch, classes]
    private Tensor StudentLogits(Tensor images, Tensor classVectors)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor projected = _projector.forward(UncutTowers.EncodeImages(student, images, _prompts.Layers));
        return (studentScale * Normalise(projected).matmul(classVectors.t())).MoveToOuterDisposeScope();
    }

    private static Tensor Normalise(Tensor features) => functional.normalize(features, dim: -1);
}
