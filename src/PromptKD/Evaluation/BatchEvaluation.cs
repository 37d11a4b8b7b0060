using PromptKD.Data.Loading;
using PromptKD.Runtime;

namespace PromptKD.Evaluation;

/// <summary>Lets classifiers judge labelled batches, and counts. It does not know which method it measures.</summary>
internal static class BatchEvaluation
{
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

    private static void Add(Evaluator[] evaluators, Func<Batch, IReadOnlyList<Tensor>> classify, Batch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor labels = batch.Labels ?? throw new InvalidOperationException("Cannot evaluate batches without labels.");
        IReadOnlyList<Tensor> all = OutOfMemory.Explain(() => classify(batch), "Lower DATALOADER.TEST.BATCH_SIZE.");
        int[] wanted = [.. labels.cpu().data<long>().ToArray().Select(label => (int)label)];
        foreach ((Evaluator evaluator, Tensor logits) in evaluators.Zip(all))
        {
            float[][] scores = [.. logits.cpu().contiguous().data<float>().ToArray().Chunk((int)logits.shape[1])];
            for (int row = 0; row < scores.Length; row++)
            {
                evaluator.Add(batch.Items[row], wanted[row], scores[row]);
            }
        }
    }
}
