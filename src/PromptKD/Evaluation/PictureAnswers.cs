namespace PromptKD.Evaluation;

/// <summary>A class in the order in which a model prefers it.</summary>
/// <param name="Class">Its place in the list of class names.</param>
/// <param name="Probability">0–1; the student's as its package gives it, calibrated.</param>
internal readonly record struct RankedClass(int Class, double Probability);

/// <summary>What teacher and student make of one picture that was never trained on.</summary>
/// <param name="Set"><see cref="PictureAnswers.HeldOut"/> or <see cref="PictureAnswers.Validation"/>.</param>
/// <param name="Picture">
/// Path relative to the folder of the set, DISTILL.IMAGES or DISTILL.VAL, with '/'.
/// </param>
/// <param name="Label">Its class; null where nobody has labelled it.</param>
/// <param name="Teacher">The teacher's best classes, the best first; null where it was not asked.</param>
/// <param name="Student">The student's best classes, the best first.</param>
internal sealed record PictureAnswer(
    string Set, string Picture, int? Label, IReadOnlyList<RankedClass>? Teacher, IReadOnlyList<RankedClass> Student)
{
    /// <summary>Whether teacher and student name the same class; null where the teacher was not asked.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool? Agrees => Teacher is [RankedClass best, ..] ? best.Class == Student[0].Class : null;
}

/// <summary>What a finished distillation keeps of its measurement: <see cref="AnswerFile"/> reads and writes it.</summary>
/// <param name="ClassNames">In label order.</param>
/// <param name="Pictures">Held-out pictures first, then those of validation, each in the order of its list.</param>
internal sealed record PictureAnswers(IReadOnlyList<string> ClassNames, IReadOnlyList<PictureAnswer> Pictures)
{
    /// <summary>The set of pictures that were held out of DISTILL.IMAGES.</summary>
    public const string HeldOut = "heldOut";

    /// <summary>The set of labelled pictures of DISTILL.VAL.</summary>
    public const string Validation = "validation";

    /// <summary>Those of one set.</summary>
    /// <param name="set">Its name.</param>
    public IEnumerable<PictureAnswer> Of(string set) => Pictures.Where(picture => picture.Set == set);
}
