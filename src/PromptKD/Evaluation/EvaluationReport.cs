using System.Text.Json.Serialization;
using PromptKD.Data.Pictures;
using PromptKD.Runtime;

namespace PromptKD.Evaluation;

/// <summary>All that was measured of a classifier on labelled pictures.</summary>
public sealed record EvaluationReport
{
    internal EvaluationReport(BaseNovelResult accuracy) => Accuracy = accuracy;

    /// <summary>Accuracies, of all classes together and of base and novel ones.</summary>
    [JsonIgnore]
    public BaseNovelResult Accuracy { get; }

    /// <summary>Accuracy among all classes, percent.</summary>
    public double All => Accuracy.All;

    /// <summary>Accuracy among the base classes, percent; null without a split, or without a picture of them.</summary>
    public double? Base => Accuracy.Base;

    /// <summary>Accuracy among the novel classes, percent; null as <see cref="Base"/>.</summary>
    public double? Novel => Accuracy.Novel;

    /// <summary>Harmonic mean of both; null without either.</summary>
    public double? HarmonicMean => Accuracy.HarmonicMean;

    /// <summary>Mean F1 score of the classes that have pictures, percent.</summary>
    public double MacroF1 => Accuracy.MacroF1;

    /// <summary>Mean of the accuracies of the classes that have pictures, percent.</summary>
    public required double MeanClassAccuracy { get; init; }

    /// <summary>Pictures judged.</summary>
    public int Pictures => Accuracy.Pictures;

    /// <summary>Each class, in label order.</summary>
    public required IReadOnlyList<ClassResult> Classes { get; init => field = ValueEquality.Of(value); }

    /// <summary>Names of the classes without a picture.</summary>
    public IReadOnlyList<string> EmptyClasses => [.. Classes.Where(one => one.Pictures == 0).Select(one => one.Name)];

    /// <summary>Pictures by true class (list) and answer (place in it), both in label order.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Confusion { get; init => field = ValueEquality.OfRows(value); }

    /// <summary>Pictures that were taken for another class, those that the classifier was surest of first.</summary>
    public required IReadOnlyList<Mistake> Mistakes { get; init => field = ValueEquality.Of(value); }

    /// <summary>Pictures that could not be read.</summary>
    public required IReadOnlyList<SkippedPicture> Skipped { get; init => field = ValueEquality.Of(value); }

    /// <summary>
    /// ECE, 0–1: how far the probability of an answer lies from the share of answers that are right, in the mean of 15
    /// bins of probability, weighted by their pictures.
    /// </summary>
    public required double CalibrationError { get; init; }

    /// <summary>What <c>predict --threshold</c> would leave of the answers, and how many of those are right.</summary>
    public required IReadOnlyList<ThresholdResult> Thresholds { get; init => field = ValueEquality.Of(value); }

    /// <param name="items">The pictures.</param>
    /// <param name="skipped">Those that could not be read.</param>
    /// <param name="answers">What was said of them.</param>
    /// <param name="temperature">Divides the logits before softmax.</param>
    /// <param name="classNames">Class names, in label order.</param>
    /// <param name="baseClasses">How many of the first classes are base; null or 0 for no split.</param>
    internal static EvaluationReport Of(
        IReadOnlyList<PictureItem> items,
        IEnumerable<SkippedPicture> skipped,
        Evaluator answers,
        double temperature,
        IReadOnlyList<string> classNames,
        int? baseClasses)
    {
        var all = ClassRange.All(classNames.Count);
        var judged = answers.Predictions(all).Index()
            .Select(one => (
                Label: answers.Labels[one.Index],
                Answer: one.Item,
                Probabilities: AnswerStatistics.Softmax(answers.Scores[one.Index], temperature),
                Picture: items[answers.Items[one.Index]]))
            .ToArray();
        var accuracy = BaseNovelResult.From(answers, classNames.Count, baseClasses);
        var confusion = new Confusion(classNames.Count, judged.Select(one => (one.Label, one.Answer)));
        return new EvaluationReport(accuracy)
        {
            MeanClassAccuracy = answers.Metrics(all)!.MeanPerClassAccuracy,
            Classes =
            [
                .. confusion.Outcomes.Select(one => new ClassResult(
                    classNames[one.Class], one.Wanted, one.Right, one.Given)),
            ],
            Confusion =
            [
                .. classNames.Select((_, row) => classNames.Select((_, column) => confusion[row, column]).ToArray()),
            ],
            CalibrationError = Reliability.Of(
            [
                .. judged.Select(one => (one.Probabilities[one.Answer], one.Answer == one.Label ? 1.0 : 0.0)),
            ]).ExpectedError,
            Thresholds = ThresholdResult.Of(
                [.. judged.Select(one => (one.Probabilities[one.Answer], one.Answer == one.Label))]),
            Mistakes =
            [
                .. judged.Where(one => one.Answer != one.Label)
                    .OrderByDescending(one => one.Probabilities[one.Answer])
                    .Select(one => new Mistake(
                        one.Picture.Path,
                        classNames[one.Label],
                        classNames[one.Answer],
                        one.Probabilities[one.Answer],
                        one.Probabilities[one.Label])
                    {
                        Picture = one.Picture,
                    }),
            ],
            Skipped = [.. skipped],
        };
    }
}

/// <summary>What a classifier made of a class.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Pictures">Pictures of it.</param>
/// <param name="Correct">Those that were recognised.</param>
/// <param name="Answers">How often it was the answer, rightly or not.</param>
public sealed record ClassResult(string Name, int Pictures, int Correct, int Answers)
{
    /// <summary>Percent of its pictures that were recognised; null where it has none.</summary>
    public double? Accuracy => Pictures == 0 ? null : 100.0 * Correct / Pictures;
}

/// <summary>A picture that was taken for another class.</summary>
/// <param name="Path">The picture.</param>
/// <param name="ClassName">Its class.</param>
/// <param name="Answer">The class that it was taken for.</param>
/// <param name="Probability">Of the answer, 0–1.</param>
/// <param name="ProbabilityOfClass">Of its own class, 0–1.</param>
public sealed record Mistake(
    string Path, string ClassName, string Answer, double Probability, double ProbabilityOfClass)
{
    /// <summary>Where the picture lies.</summary>
    internal PictureItem? Picture { get; init; }
}
