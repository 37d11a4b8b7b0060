using PromptKD.Data.Loading;
using PromptKD.Runtime;

namespace PromptKD.Evaluation;

/// <summary>Classifies labelled batches and counts. It does not know which method it measures.</summary>
internal sealed class Evaluator
{
    private readonly List<int> _labels = [];
    private readonly List<float[]> _scores = [];
    private readonly List<int> _items = [];

    /// <summary>Runs a classifier over labelled batches.</summary>
    /// <param name="classify">From normalised pixels [batch, 3, size, size] to logits [batch, classes].</param>
    /// <param name="batches">Batches with labels; each is disposed when it has been used.</param>
    /// <param name="cancellation">Stops between batches.</param>
    public static Evaluator Run(
        Func<Tensor, Tensor> classify, IEnumerable<Batch> batches, CancellationToken cancellation = default) =>
        RunSeveral(batch => [classify(batch.Images)], count: 1, batches, cancellation)[0];

    /// <summary>Runs several classifiers over the same batches, each of which is loaded once.</summary>
    /// <param name="classify">From a batch to logits [batch, classes] of each.</param>
    /// <param name="count">How many classifiers there are.</param>
    /// <param name="batches">Batches with labels; each is disposed when it has been used.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <returns>One evaluation a classifier, in order.</returns>
    public static IReadOnlyList<Evaluator> RunSeveral(
        Func<Batch, IReadOnlyList<Tensor>> classify,
        int count,
        IEnumerable<Batch> batches,
        CancellationToken cancellation = default)
    {
        Evaluator[] evaluators = [.. Enumerable.Range(0, count).Select(_ => new Evaluator())];
        foreach (Batch batch in batches)
        {
            cancellation.ThrowIfCancellationRequested();
            using (batch)
            {
                Add(evaluators, classify, batch);
            }
        }

        return evaluators;
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

    private static void Add(Evaluator[] evaluators, Func<Batch, IReadOnlyList<Tensor>> classify, Batch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor labels = batch.Labels ?? throw new InvalidOperationException("Cannot evaluate batches without labels.");
        IReadOnlyList<Tensor> all = OutOfMemory.Explain(() => classify(batch), "Lower DATALOADER.TEST.BATCH_SIZE.");
        foreach ((Evaluator evaluator, Tensor logits) in evaluators.Zip(all))
        {
            evaluator.Add(logits.cpu(), labels.cpu());
            evaluator._items.AddRange(batch.Items);
        }
    }

    private void Add(Tensor logits, Tensor labels)
    {
        int classes = (int)logits.shape[1];
        _scores.AddRange(logits.contiguous().data<float>().ToArray().Chunk(classes));
        _labels.AddRange(labels.data<long>().ToArray().Select(label => (int)label));
    }
}
