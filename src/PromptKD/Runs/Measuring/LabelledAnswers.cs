using PromptKD.Data.Pictures;
using PromptKD.Evaluation;

namespace PromptKD.Runs.Measuring;

/// <summary>What is kept of the answers for labelled pictures.</summary>
/// <param name="root">The folder that the pictures are named from.</param>
/// <param name="items">The pictures that were judged.</param>
/// <param name="classes">The classes that compete; answers are counted from the first of them.</param>
internal sealed class LabelledAnswers(string root, IReadOnlyList<PictureItem> items, ClassRange classes)
{
    /// <summary>Classes that are kept of each picture's answer.</summary>
    public const int ClassesKept = 5;

    /// <summary>The best classes of each picture, by its place in the list.</summary>
    /// <param name="said">What a model said.</param>
    /// <param name="classes">The classes that compete.</param>
    public static IReadOnlyDictionary<int, IReadOnlyList<RankedClass>> Ranked(Evaluator said, ClassRange classes) =>
        said.Items.Index().ToDictionary(place => place.Item, place => Top(said, place.Index, classes, temperature: 1));

    /// <summary>A model's answers beside those of the one that it is held against.</summary>
    /// <param name="set">Their set, by its name in <see cref="PictureAnswers"/>.</param>
    /// <param name="model">What the model said.</param>
    /// <param name="reference">As <see cref="Ranked"/> gives it; null for nobody.</param>
    /// <param name="temperature">Divides the model's logits.</param>
    public IReadOnlyList<PictureAnswer> Of(
        string set,
        Evaluator model,
        IReadOnlyDictionary<int, IReadOnlyList<RankedClass>>? reference,
        double temperature = 1) =>
    [
        .. model.Items.Index().Select(place => new PictureAnswer(
            set,
            items[place.Item].NameFrom(root),
            model.Labels[place.Index] - classes.Start,
            reference?.GetValueOrDefault(place.Item),
            Top(model, place.Index, classes, temperature))),
    ];

    private static IReadOnlyList<RankedClass> Top(Evaluator said, int place, ClassRange classes, double temperature) =>
        AnswerStatistics.Top(
            said.Scores[place].AsSpan(classes.Start, classes.Count).ToArray(), ClassesKept, temperature);
}
