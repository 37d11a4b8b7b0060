using PromptKD.Evaluation;
using PromptKD.Runtime;

namespace PromptKD.Export;

/// <summary>How the class probabilities of several teachers were combined, and what each of them scored.</summary>
/// <param name="Count">Teachers.</param>
/// <param name="Weights">
/// One a teacher, 0–1, with sum 1; null where each picture's were in proportion to confidence.
/// </param>
/// <param name="Validations">
/// Accuracies of each on the validation folder, percent, in order; null for one whose features were stored, and null as
/// a whole where none was measured.
/// </param>
public sealed record CombinedTeachers(
    int Count, IReadOnlyList<double>? Weights, [property: Gaps] IReadOnlyList<BaseNovelResult?>? Validations)
{
    /// <summary>"fixed" or "confidence".</summary>
    public string Weighting => Weights is null ? "confidence" : "fixed";
}
