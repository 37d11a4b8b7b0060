using PromptKD.Data.Loading;
using PromptKD.Evaluation;

namespace PromptKD.Golden.Checks;

/// <summary>One evaluation on picture files.</summary>
/// <param name="Split">"val" or "test".</param>
/// <param name="Metrics">Counted among the classes of the split.</param>
/// <param name="Logits">[pictures, classes of the split].</param>
/// <param name="Order">Number of each picture, in the order in which they were judged.</param>
internal sealed record SplitEvaluation(
    string Split, ClassificationMetrics Metrics, Tensor Logits, IReadOnlyList<int> Order)
{
    /// <summary>Classifies pictures of a loader.</summary>
    public static SplitEvaluation Run(
        string split,
        ClassRange classes,
        Func<Tensor, Tensor> classify,
        PictureLoader loader,
        IReadOnlyList<int> pictures,
        int batchSize)
    {
        List<int> order = [];
        IEnumerable<Batch> batches = loader.Load(new LoadPlan { Order = pictures, BatchSize = batchSize });
        Evaluator evaluator = BatchEvaluation.Run(classify, batches.Select(batch =>
        {
            order.AddRange(batch.Items);
            return batch;
        }));
        ClassificationMetrics metrics = evaluator.Metrics(classes)
            ?? throw new PromptKDException($"The split '{split}' has no picture.");
        float[][] scores = [.. evaluator.Scores.Select(row => row[classes.Start..(classes.Start + classes.Count)])];
        return new SplitEvaluation(split, metrics, stack(scores.Select(row => tensor(row))), order);
    }
}
