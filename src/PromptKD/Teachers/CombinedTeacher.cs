using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;

namespace PromptKD.Teachers;

/// <summary>
/// Several teachers as one. Each compares its own image features with its own class vectors, so that their spaces need
/// not have the same width; then their class probabilities are combined. Ours: PromptKD has one teacher.
/// </summary>
/// <param name="members">At least two, with class vectors of the same names; taken over.</param>
/// <param name="combination">Weighs them.</param>
/// <param name="temperature">That of the loss.</param>
internal sealed class CombinedTeacher(
    IReadOnlyList<Teacher> members, TeacherCombination combination, double temperature) : ITeacher
{
    /// <inheritdoc/>
    public ClassVectors ClassVectors => members[0].ClassVectors;

    /// <inheritdoc/>
    public IReadOnlyList<Teacher> Members => members;

    /// <inheritdoc/>
    public TeacherCombination? Combination => combination;

    /// <inheritdoc/>
    public IReadOnlyList<Preprocessing> Preparations =>
        [.. members.SelectMany(teacher => teacher.Preparations).Distinct()];

    /// <inheritdoc/>
    public Tensor Scores(Batch batch)
    {
        using IDisposable noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return combination.Combine([.. members.Select(teacher => teacher.Scores(batch))], temperature)
            .MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Teacher teacher in members)
        {
            teacher.Dispose();
        }
    }
}
