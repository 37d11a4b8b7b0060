using PromptKD.Data.Loading;
using PromptKD.Features;

namespace PromptKD.Teachers;

/// <summary>
/// Teachers beside the one whose class vectors the student keeps. Each compares its own image features with its own
/// class vectors, so that their spaces need not have the same width.
/// </summary>
/// <param name="teachers">At least one, with class vectors of the same names; taken over.</param>
/// <param name="combination">Weighs all teachers, the first one included.</param>
internal sealed class FurtherTeachers(
    IReadOnlyList<(IImageFeatures Features, ClassVectors Classes)> teachers,
    TeacherCombination combination) : IDisposable
{
    /// <summary>What the student is asked for: the teachers' probabilities, combined.</summary>
    /// <param name="first">Logits of the first teacher, [batch, classes].</param>
    /// <param name="batch">The pictures that it saw.</param>
    /// <param name="temperature">That of the loss.</param>
    /// <returns>Logits as <see cref="TeacherCombination.Combine"/> gives them, [batch, classes].</returns>
    public Tensor Combine(Tensor first, Batch batch, double temperature)
    {
        using DisposeScope scope = NewDisposeScope();
        IEnumerable<Tensor> further = teachers.Select(teacher =>
            teacher.Classes.Compare(teacher.Features.Of(batch), teacher.Classes.LogitScale));
        return combination.Combine([first, .. further], temperature).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((IImageFeatures features, ClassVectors classes) in teachers)
        {
            features.Dispose();
            classes.Dispose();
        }
    }
}
