namespace PromptKD.Evaluation;

/// <summary>
/// What a set of predictions is worth, as Dassl's evaluator counts it (Dassl evaluation/evaluator.py).
/// All rates are in percent.
/// </summary>
internal sealed class ClassificationMetrics
{
    private readonly int[] _labels;
    private readonly int[] _predictions;

    /// <param name="labels">The true class of each picture.</param>
    /// <param name="predictions">The predicted class of each picture.</param>
    /// <exception cref="ArgumentException">The two differ in length, or are empty.</exception>
    public ClassificationMetrics(IReadOnlyList<int> labels, IReadOnlyList<int> predictions)
    {
        if (labels.Count != predictions.Count || labels.Count == 0)
        {
            throw new ArgumentException(
                $"{labels.Count} labels and {predictions.Count} predictions: need as many, and at least one.",
                nameof(predictions));
        }

        _labels = [.. labels];
        _predictions = [.. predictions];
        Correct = _labels.Where((label, index) => label == _predictions[index]).Count();
    }

    /// <summary>Pictures judged.</summary>
    public int Total => _labels.Length;

    /// <summary>Pictures whose predicted class is the true one.</summary>
    public int Correct { get; }

    /// <summary>100 · correct / total.</summary>
    public double Accuracy => 100.0 * Correct / Total;

    /// <summary>100 − accuracy.</summary>
    public double ErrorRate => 100.0 - Accuracy;

    /// <summary>Mean of the F1 scores of the classes that occur among the labels.</summary>
    public double MacroF1 => 100.0 * _labels.Distinct().Order().Average(F1);

    /// <summary>Accuracy of each class that occurs among the labels, by class.</summary>
    public IReadOnlyDictionary<int, double> PerClassAccuracy =>
        ByClass().ToDictionary(one => one.Label, one => 100.0 * one.Correct / one.Total);

    /// <summary>Mean of <see cref="PerClassAccuracy"/>.</summary>
    public double MeanPerClassAccuracy => PerClassAccuracy.Values.Average();

    /// <summary>
    /// Each class that occurs among the labels, in order, with its pictures and those that were recognised.
    /// </summary>
    public IEnumerable<(int Label, int Total, int Correct)> ByClass() => _labels
        .Select((label, index) => (label, hit: label == _predictions[index]))
        .GroupBy(picture => picture.label)
        .OrderBy(pictures => pictures.Key)
        .Select(pictures => (pictures.Key, pictures.Count(), pictures.Count(picture => picture.hit)));

    /// <summary>Counts, by true class (row) and predicted class (column), over the classes in either.</summary>
    public (IReadOnlyList<int> Classes, int[,] Counts) ConfusionMatrix()
    {
        int[] classes = [.. _labels.Union(_predictions).Order()];
        int[,] counts = new int[classes.Length, classes.Length];
        for (int picture = 0; picture < Total; picture++)
        {
            int row = Array.BinarySearch(classes, _labels[picture]);
            counts[row, Array.BinarySearch(classes, _predictions[picture])]++;
        }

        return (classes, counts);
    }

    /// <summary>2·b·n / (b + n); 0 where both are 0. The H of the base-to-novel protocol.</summary>
    public static double HarmonicMean(double first, double second) =>
        first + second == 0 ? 0 : 2 * first * second / (first + second);

    private double F1(int label)
    {
        int hits = 0, occurrences = 0, predicted = 0;
        for (int picture = 0; picture < Total; picture++)
        {
            occurrences += _labels[picture] == label ? 1 : 0;
            predicted += _predictions[picture] == label ? 1 : 0;
            hits += _labels[picture] == label && _predictions[picture] == label ? 1 : 0;
        }

        return 2.0 * hits / (occurrences + predicted);
    }
}
