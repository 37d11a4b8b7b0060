namespace PromptKD.Evaluation;

/// <summary>Counts what a classifier says of labelled pictures.</summary>
internal sealed class Evaluator
{
    private readonly List<int> _labels = [];
    private readonly List<float[]> _scores = [];
    private readonly List<int> _items = [];

    /// <summary>Takes a picture.</summary>
    /// <param name="item">Its place in the loader's list.</param>
    /// <param name="label">Its class.</param>
    /// <param name="scores">What was said of it: logits, [classes].</param>
    public void Add(int item, int label, float[] scores)
    {
        _items.Add(item);
        _labels.Add(label);
        _scores.Add(scores);
    }

    /// <summary>Each picture's place in the loader's list, in the order of the batches.</summary>
    public IReadOnlyList<int> Items => _items;

    /// <summary>The true class of each picture, in the order of the batches.</summary>
    public IReadOnlyList<int> Labels => _labels;

    /// <summary>Logits of each picture, in the order of the batches, each [classes].</summary>
    public IReadOnlyList<float[]> Scores => _scores;

    /// <summary>The metrics of one run of classes: its pictures only, competing with each other only.</summary>
    /// <returns>Null where no picture belongs to these classes.</returns>
    public ClassificationMetrics? Metrics(ClassRange classes)
    {
        int[] pictures = [.. Enumerable.Range(0, _labels.Count).Where(picture => classes.Contains(_labels[picture]))];
        return pictures.Length == 0
            ? null
            : new ClassificationMetrics(
                [.. pictures.Select(picture => _labels[picture] - classes.Start)],
                [.. pictures.Select(picture => Best(_scores[picture], classes))]);
    }

    /// <summary>The best class of a run for each picture, as a label of the whole list.</summary>
    public IReadOnlyList<int> Predictions(ClassRange classes) =>
        [.. _scores.Select(scores => classes.Start + Best(scores, classes))];

    // The first of equals wins, as torch's argmax does on a CPU.
    private static int Best(float[] scores, ClassRange classes)
    {
        int best = 0;
        for (int index = 1; index < classes.Count; index++)
        {
            best = scores[classes.Start + index] > scores[classes.Start + best] ? index : best;
        }

        return best;
    }
}
