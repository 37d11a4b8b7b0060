namespace PromptKD.Evaluation;

/// <summary>A class in the order in which a model prefers it.</summary>
/// <param name="Class">Its place in the list of class names.</param>
/// <param name="Probability">0–1; the student's as its package gives it, calibrated.</param>
internal readonly record struct RankedClass(int Class, double Probability);

/// <summary>
/// What teacher and student make of one picture that was never trained on; of a teacher that is taught, the CLIP as it
/// came stands for the first, and what became of it for the second.
/// </summary>
/// <param name="Set"><see cref="PictureAnswers.HeldOut"/> or <see cref="PictureAnswers.Validation"/>.</param>
/// <param name="Picture">
/// Path relative to the folder of the set, DISTILL.IMAGES, DISTILL.VAL or DISTILL.LABELLED, with '/'.
/// </param>
/// <param name="Label">Its class; null where nobody has labelled it.</param>
/// <param name="Teacher">
/// The teacher's best classes, the best first; of a picture without a label behind them the student's class, where it
/// is not among them. Null where the teacher was not asked.
/// </param>
/// <param name="Student">The student's best classes, the best first.</param>
internal sealed record PictureAnswer(
    string Set, string Picture, int? Label, IReadOnlyList<RankedClass>? Teacher, IReadOnlyList<RankedClass> Student)
{
    /// <summary>Whether teacher and student name the same class; null where the teacher was not asked.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool? Agrees => Teacher is [RankedClass best, ..] ? best.Class == Student[0].Class : null;
}

/// <summary>What a finished run keeps of its measurement: <see cref="AnswerFile"/> reads and writes it.</summary>
/// <param name="ClassNames">In label order.</param>
/// <param name="Pictures">Held-out pictures first, then those of validation, each in the order of its list.</param>
internal sealed record PictureAnswers(IReadOnlyList<string> ClassNames, IReadOnlyList<PictureAnswer> Pictures)
{
    /// <summary>The set of pictures that were held out of DISTILL.IMAGES.</summary>
    public const string HeldOut = "heldOut";

    /// <summary>
    /// The set of labelled pictures that were not learned from: of DISTILL.VAL, or left over from DISTILL.LABELLED.
    /// </summary>
    public const string Validation = "validation";

    /// <summary>Those of one set.</summary>
    /// <param name="set">Its name.</param>
    public IEnumerable<PictureAnswer> Of(string set) => Pictures.Where(picture => picture.Set == set);
}
