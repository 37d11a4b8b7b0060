namespace PromptKD.Evaluation;

/// <summary>Accuracies of what a student learns from.</summary>
/// <param name="Combined">
/// Of the teacher, or of the combination of several; null where an image tower is missing.
/// </param>
/// <param name="Each">
/// Of each of several teachers in order, null for one without its image tower; empty for one teacher.
/// </param>
internal sealed record TeacherResults(BaseNovelResult? Combined, IReadOnlyList<BaseNovelResult?> Each);
