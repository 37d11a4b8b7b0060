using PromptKD.Data.Decoding;
using PromptKD.Data.Loading;
using PromptKD.Data.Pictures;
using PromptKD.Runtime.Processes;

namespace PromptKD.Evaluation;

/// <summary>Pictures with labels, and the classes among which they are judged.</summary>
/// <param name="Name">"val" or "test", as logs call it.</param>
/// <param name="Pictures">Labels count from the first class of <paramref name="Classes"/>.</param>
/// <param name="Classes">The classes that compete.</param>
/// <param name="ClassNames">Names of those classes.</param>
internal sealed record LabelledSplit(
    string Name, IReadOnlyList<PictureItem> Pictures, ClassRange Classes, IReadOnlyList<string> ClassNames)
{
    /// <summary>Judges a classifier.</summary>
    /// <param name="classify">From normalised pixels [batch, 3, size, size] to logits of all classes [batch,
    /// classes].</param>
    /// <param name="preprocessing">How pictures are prepared.</param>
    /// <param name="options">How to load them.</param>
    /// <param name="batchSize">Pictures at a time.</param>
    /// <param name="processes">Who judges them together.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <returns>What it said, and the pictures that could not be read.</returns>
    /// <exception cref="PromptKDException">There is no picture, or none can be read.</exception>
    public (Evaluator Said, SkippedPictures Skipped) Measure(
        Func<Tensor, Tensor> classify,
        Preprocessing preprocessing,
        PictureLoaderOptions options,
        int batchSize,
        IProcessGroup processes,
        CancellationToken cancellation)
    {
        if (Pictures.Count == 0)
        {
            throw new PromptKDException($"The {Name} set has no picture of {Classes.Count} classes to evaluate on.");
        }

        PictureItem[] items = [.. Pictures.Select(item => item with { Label = item.Label + Classes.Start })];
        var loader = new PictureLoader(items, preprocessing, options);
        var plan = new LoadPlan
        {
            Order = EpochOrder.Sequential(items.Length),
            BatchSize = batchSize,
            Batches = processes.Share(),
        };
        IReadOnlyList<Evaluator> said = SharedMeasuring.Judgements(
            processes,
            () => [BatchEvaluation.Run(classify, loader.Load(plan, cancellation), cancellation)],
            count: 1,
            loader.Skipped,
            cancellation);
        return (said[0], loader.Skipped);
    }
}
