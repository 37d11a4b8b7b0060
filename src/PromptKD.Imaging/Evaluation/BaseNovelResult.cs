namespace PromptKD.Evaluation;

/// <summary>
/// Accuracies of the base-to-novel protocol, in percent: the base half and the novel half, each within its own
/// classes, and all classes together.
/// </summary>
/// <param name="All">Accuracy among all classes.</param>
/// <param name="Base">Accuracy among the base classes; null without a base/novel split.</param>
/// <param name="Novel">Accuracy among the novel classes; null without a base/novel split.</param>
/// <param name="MacroF1">Mean F1 score among all classes.</param>
/// <param name="Pictures">Pictures judged.</param>
public sealed record BaseNovelResult(double All, double? Base, double? Novel, double MacroF1, int Pictures)
{
    /// <summary>Harmonic mean of base and novel accuracy; null without a split.</summary>
    public double? HarmonicMean =>
        Base is { } known && Novel is { } unseen ? ClassificationMetrics.HarmonicMean(known, unseen) : null;

    /// <summary>Refuses a split that leaves no class on one side.</summary>
    /// <param name="baseClasses">How many of the first classes are base; null or 0 for no split.</param>
    /// <param name="classes">Number of classes.</param>
    /// <exception cref="PromptKDException">It does.</exception>
    internal static void RefuseSplit(int? baseClasses, int classes)
    {
        if (baseClasses < 0 || baseClasses >= classes)
        {
            throw new PromptKDException(
                $"‹base› is {baseClasses}, but there are {classes} classes. Give 1 to {classes - 1}, or 0 for no "
                + "split.");
        }
    }

    /// <param name="evaluator">An evaluation over all classes.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="baseClasses">How many of the first classes are base; null or 0 for no split.</param>
    internal static BaseNovelResult From(Evaluator evaluator, int classes, int? baseClasses)
    {
        ClassificationMetrics all = evaluator.Metrics(ClassRange.All(classes))
            ?? throw new PromptKDException("There is no labelled picture to evaluate on.");
        bool split = baseClasses is > 0 && baseClasses < classes;
        return new BaseNovelResult(
            all.Accuracy,
            split ? evaluator.Metrics(ClassRange.Base(baseClasses!.Value))?.Accuracy : null,
            split ? evaluator.Metrics(ClassRange.Novel(classes, baseClasses!.Value))?.Accuracy : null,
            all.MacroF1,
            all.Total);
    }
}
