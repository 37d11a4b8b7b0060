using PromptKD.Evaluation;

namespace PromptKD.Pages;

/// <summary>Which pictures a page shows.</summary>
internal static class AnswerChoice
{
    /// <summary>Pictures most worth a look, at most.</summary>
    public const int WorthALook = 20;

    /// <summary>Surest and least sure pictures, at most, of each.</summary>
    public const int OfEachEnd = 10;

    /// <summary>
    /// Pictures where both models are sure, and differ; of labelled ones those where the model is sure, and wrong. The
    /// surest first.
    /// </summary>
    /// <param name="answers">Of one set.</param>
    public static IReadOnlyList<PictureAnswer> Most(IEnumerable<PictureAnswer> answers) =>
    [
        .. answers.Where(answer => IsRight(answer) == false)
            .OrderByDescending(answer =>
                answer.Student[0].Probability * (answer.Label is null ? answer.Teacher![0].Probability : 1))
            .ThenBy(answer => answer.Picture, StringComparer.Ordinal)
            .Take(WorthALook),
    ];

    /// <summary>Pictures of which the model is surest.</summary>
    /// <param name="answers">Of one set.</param>
    public static IReadOnlyList<PictureAnswer> Surest(IEnumerable<PictureAnswer> answers) =>
    [
        .. answers.OrderByDescending(answer => answer.Student[0].Probability)
            .ThenBy(answer => answer.Picture, StringComparer.Ordinal)
            .Take(OfEachEnd),
    ];

    /// <summary>Pictures of which the model is least sure.</summary>
    /// <param name="answers">Of one set.</param>
    public static IReadOnlyList<PictureAnswer> LeastSure(IEnumerable<PictureAnswer> answers) =>
    [
        .. answers.OrderBy(answer => answer.Student[0].Probability)
            .ThenBy(answer => answer.Picture, StringComparer.Ordinal)
            .Take(OfEachEnd),
    ];

    /// <summary>All that are shown, each once.</summary>
    /// <param name="answers">Of one set.</param>
    public static IEnumerable<string> Shown(IReadOnlyList<PictureAnswer> answers) =>
        Most(answers).Concat(Surest(answers)).Concat(LeastSure(answers)).Select(answer => answer.Picture).Distinct();

    /// <summary>
    /// The class that is wanted of a picture: its label, else the teacher's; null where neither is known.
    /// </summary>
    /// <param name="answer">What was said of it.</param>
    public static int? Wanted(PictureAnswer answer) =>
        answer.Label ?? (answer.Teacher is [RankedClass best, ..] ? best.Class : null);

    /// <summary>Whether the model gave the class that is wanted; null where none is known.</summary>
    /// <param name="answer">What was said of it.</param>
    public static bool? IsRight(PictureAnswer answer) =>
        Wanted(answer) is { } wanted ? wanted == answer.Student[0].Class : null;
}
