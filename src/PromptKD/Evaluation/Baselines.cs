namespace PromptKD.Evaluation;

/// <summary>What is measured before the first step, and what the student is held against.</summary>
internal sealed record Baselines
{
    /// <summary>Accuracies of the teachers; null where none was measured.</summary>
    public TeacherResults? Teacher { get; init; }

    /// <summary>What the teacher makes of held-out pictures; null where none are held out.</summary>
    public HeldOutTeacher? HeldOutTeacher { get; init; }

    /// <summary>Accuracies of the student's CLIP as it comes, by its own text tower; null where not measured.</summary>
    public BaseNovelResult? Untrained { get; init; }

    /// <summary>What the student's CLIP makes of held-out pictures as it comes; null where not measured.</summary>
    public HeldOutResult? HeldOutUntrained { get; init; }
}
