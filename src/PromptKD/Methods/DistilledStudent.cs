using PromptKD.Models.Prompts;
using PromptKD.Teachers;

namespace PromptKD.Methods;

/// <summary>
/// A student beside the class vectors that it is compared with: all that classifying needs. How it was trained is none
/// of its business.
/// </summary>
/// <param name="student">Taken over.</param>
/// <param name="classVectors">The teacher's text features of all classes; taken over.</param>
/// <param name="logitScale">exp(logit_scale) of the student's own CLIP, which scales its logits.</param>
internal sealed class DistilledStudent(Student student, ClassVectors classVectors, double logitScale) : IClassifier
{
    /// <summary>The model.</summary>
    public Student Student => student;

    /// <summary>What it is compared with.</summary>
    public ClassVectors ClassVectors => classVectors;

    /// <summary>exp(logit_scale) of the student's own CLIP.</summary>
    public double LogitScale => logitScale;

    /// <summary>
    /// Scores with their graph. The reference scales them with the student's own logit scale, not with the teacher's.
    /// </summary>
    /// <param name="images">Normalised pixels, [batch, 3, size, size].</param>
    /// <returns>Logits, float32, [batch, classes].</returns>
    public Tensor Scores(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        return ScoresOf(student.ImageFeatures(images)).MoveToOuterDisposeScope();
    }

    /// <param name="features">In the teacher's space, normalised, float32, [batch, teacher embedding].</param>
    /// <returns>Logits, float32, [batch, classes].</returns>
    public Tensor ScoresOf(Tensor features) => classVectors.Compare(features, logitScale);

    /// <inheritdoc/>
    public Tensor Classify(Tensor images)
    {
        using IDisposable noGradients = no_grad();
        return Scores(images);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        student.Dispose();
        classVectors.Dispose();
    }
}
