using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;

namespace PromptKD.Teachers;

/// <summary>
/// Whom the student learns from: one teacher or several, live or stored. The loss asks for scores and does not know
/// which.
/// </summary>
internal interface ITeacher : IDisposable
{
    /// <summary>The text features that the student keeps: of the first teacher, where there are several.</summary>
    ClassVectors ClassVectors { get; }

    /// <summary>The teachers one by one: a single one is its own only member.</summary>
    IReadOnlyList<Teacher> Members { get; }

    /// <summary>How the class probabilities of several are combined; null for one.</summary>
    TeacherCombination? Combination { get; }

    /// <summary>
    /// How <see cref="Scores"/> wants pictures to be prepared; empty where all features are stored.
    /// </summary>
    IReadOnlyList<Preprocessing> Preparations { get; }

    /// <summary>What the student is asked for.</summary>
    /// <param name="batch">Pictures, prepared as <see cref="Preparations"/> says.</param>
    /// <returns>Logits without gradient, float32, [batch, classes].</returns>
    /// <exception cref="InvalidOperationException">It was made for its class vectors only.</exception>
    Tensor Scores(Batch batch);
}
