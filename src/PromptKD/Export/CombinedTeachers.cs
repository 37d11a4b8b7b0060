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
    int Count, IReadOnlyList<double>? Weights, IReadOnlyList<BaseNovelResult?>? Validations)
{
    /// <summary>One a teacher, 0–1, with sum 1; null where each picture's were in proportion to confidence.</summary>
    public IReadOnlyList<double>? Weights { get; init => field = ValueEquality.Of(value); } = ValueEquality.Of(Weights);

    /// <summary>Accuracies of each on the validation folder, percent, in order.</summary>
    [Gaps]
    public IReadOnlyList<BaseNovelResult?>? Validations { get; init => field = ValueEquality.Of(value); }
        = ValueEquality.Of(Validations);

    /// <summary>"fixed" or "confidence".</summary>
    public string Weighting => Weights is null ? "confidence" : "fixed";
}
