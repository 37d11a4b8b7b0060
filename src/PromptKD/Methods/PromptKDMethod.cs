using PromptKD.Data.Loading;
using PromptKD.Features;
using PromptKD.Models.Prompts;
using PromptKD.Teachers;
using TorchSharp.Modules;

namespace PromptKD.Methods;

/// <summary>
/// PromptKD (Li et al., CVPR 2024): a small student learns, from unlabelled images, to give each image the class
/// probabilities that a large teacher gives it. Both compare images with the teacher's text features, so the student
/// needs no text encoder.
/// </summary>
/// <param name="student">Taken over: disposed with the method.</param>
/// <param name="teacher">Where the teacher's image features come from; taken over. Null for inference only.</param>
/// <param name="classVectors">The teacher's text features of all classes; taken over.</param>
/// <param name="settings">Loss weight, temperature and the student's own logit scale.</param>
/// <param name="further">Teachers beside the first one, taken over; null for the paper's one teacher.</param>
internal sealed class PromptKDMethod(
    Student student,
    IImageFeatures? teacher,
    ClassVectors classVectors,
    PromptKDSettings settings,
    FurtherTeachers? further = null) : ITrainedMethod
{
    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, Parameter>> Trainable => student.Trainable;

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, Tensor>> State => student.LearnedState;

    /// <inheritdoc/>
    public string CheckpointFolder => "VLPromptLearner";

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, Tensor>> CheckpointState =>
        student.ReferenceState(Math.Log(settings.StudentLogitScale));

    /// <summary>The projector's batch normalisation has no variance of one picture.</summary>
    public int SmallestBatch => 2;

    /// <summary>Numbers of the loss.</summary>
    public PromptKDSettings Settings => settings;

    /// <summary>The model that is learned.</summary>
    public Student Student => student;

    /// <summary>The text features of the teacher, the first one where there are several.</summary>
    public ClassVectors ClassVectors => classVectors;

    /// <inheritdoc/>
    public void SetTraining(bool training) => student.train(training);

    /// <inheritdoc/>
    public void LoadCheckpoint(IReadOnlyDictionary<string, Tensor> tensors, string source) =>
        student.LoadLearned(tensors, source);

    /// <inheritdoc/>
    public StepOutcome Loss(Batch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor teacherLogits = TeacherLogits(batch);
        Tensor studentLogits = StudentLogits(batch.Images);
        Tensor loss = settings.LossWeight
            * DistillationLoss.Compute(teacherLogits, studentLogits, settings.Temperature);
        Tensor matches = teacherLogits.argmax(-1).eq(studentLogits.argmax(-1)).sum();
        return new StepOutcome(loss, matches).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Classify(Tensor images)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return StudentLogits(images).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        student.Dispose();
        teacher?.Dispose();
        further?.Dispose();
        classVectors.Dispose();
    }

    /// <returns>[batch, classes].</returns>
    internal Tensor TeacherLogits(Batch batch)
    {
        if (teacher is null)
        {
            throw new InvalidOperationException("This method was made for inference: it has no teacher.");
        }

        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = classVectors.Compare(teacher.Of(batch), classVectors.LogitScale);
        return (further?.Combine(logits, batch, settings.Temperature) ?? logits).MoveToOuterDisposeScope();
    }

    // The reference scales student logits with the student's own logit scale, not with the teacher's.
    private Tensor StudentLogits(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        return classVectors.Compare(student.ImageFeatures(images), settings.StudentLogitScale)
            .MoveToOuterDisposeScope();
    }
}
